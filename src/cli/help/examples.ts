export const examplesPage = `Centres and their people, from a workbook:

  ssh-admin centres sample centres.xlsx
      an empty workbook to fill in
  ssh-admin centres lint centres.xlsx
      what is wrong with it, before anything changes
  ssh-admin centres import centres.xlsx
      the plan, a question, then centres, users and PINs
  ssh-admin centres import centres.xlsx --issues-out back.xlsx
      the rows held back, to be corrected
  ssh-admin centres imports undo 1
      take it back

Somebody is on the phone:

  ssh-admin find haddad
      people and centres, by any part of a name
  ssh-admin users show amira@school.example
      can they sign in, and if not, why
  ssh-admin users reset-password amira@school.example
  ssh-admin users pin amira@school.example --show
      the PIN they were given

Somebody leaves:

  ssh-admin users suspend omar@school.example
  ssh-admin users transfer omar@school.example --to amira@school.example
  ssh-admin users delete omar@school.example

A centre's coordinator:

  ssh-admin coordinator add EG001 'Amira Haddad <amira@school.example>'
  ssh-admin coordinator change EG001 --to omar@school.example

What happened, and what waits:

  ssh-admin status
  ssh-admin audit list --last
  ssh-admin mail list --state queued,failed

Try it without harm: ssh-admin seed --db trial.db makes people up, and --dry-run on any command that changes something does
all of it and takes it back.`
