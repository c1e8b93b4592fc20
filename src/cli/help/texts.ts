import { matrix, othersRow, staffRow } from '../../rules/permissions/matrix.ts'
import { catalogue, sites, titleOfSite } from '../../rules/roles/catalogue.ts'
import { joinParagraphs, wrapLine } from '../../render/wrap.ts'

/** The exit codes that scripts rely on, in the words of the documentation. */
export const exitCodes = [
  { code: 0, meaning: 'done, or nothing to do', next: 'go on' },
  { code: 1, meaning: 'unexpected: a mistake in ssh-admin, with a report to send', next: 'report it' },
  {
    code: 2,
    meaning: 'usage: an unknown option, a missing value, or an answer was needed and nobody could be asked',
    next: 'fix the call',
  },
  {
    code: 3,
    meaning: 'refused: a rule or a safety limit stands in the way; nothing changed',
    next: 'read the hint',
  },
  { code: 4, meaning: 'not found; nothing changed', next: 'check the name' },
  { code: 5, meaning: 'not permitted for this user; nothing changed', next: 'ask someone who may' },
  {
    code: 6,
    meaning:
      'the input file cannot be used: it is not there, no workbook, or has a bad row where all or none holds; nothing changed',
    next: 'fix the file',
  },
  {
    code: 7,
    meaning:
      'the store, the key or a file cannot be used: locked, read-only, full, damaged, or made by a newer version; nothing changed',
    next: 'try again, or ssh-admin store check',
  },
  {
    code: 8,
    meaning:
      'done, but some rows were held back, or there are errors (errors list, centres lint); they are listed',
    next: 'fix those rows, send them again',
  },
  {
    code: 9,
    meaning: 'done, but something is still owed: a message waits, or a file could not be put in place',
    next: 'the hint says how to get it',
  },
  {
    code: 10,
    meaning: 'not known: the connection to a shared store broke while the change was being saved',
    next: 'ssh-admin audit list --last says whether it was; look there before you repeat it',
  },
  {
    code: 130,
    meaning:
      'cancelled: Ctrl-C, SIGTERM, SIGHUP, or No at a question; nothing changed. What has done part of its work (mail send, batch --keep-going) says what, and ends with 9',
    next: '',
  },
] as const

export const mail = `Without a mail server each message is written to the mail directory as an .eml file, which any mail
program opens, and the command says so. Nothing is sent.

With --smtp or SSH_ADMIN_SMTP_URL messages are sent after the change is made:

  smtp://user@host:587                  begins without TLS and must switch to it (STARTTLS)
  smtps://user@host:465                 TLS from the start
  smtp://127.0.0.1:1025?ignoreTLS=true  without TLS, to this machine only

The password comes from the file that SSH_ADMIN_SMTP_PASSWORD_FILE names.

What cannot be delivered now waits in the outbox (exit 9):

  ssh-admin mail list           what waits, what was sent, what failed
  ssh-admin mail send           try everything that waits, now
  ssh-admin mail send --due     for cron: what is due, with growing pauses
  ssh-admin mail send --failed  what the server refused for good, again

The words of the letters can be changed: ssh-admin templates list.`

export const settings = `A setting comes from a flag, else from the environment, else from the configuration file, else it
has its default. ssh-admin config shows each value and where it came from.

  --db PATH or URL, SSH_ADMIN_DB
      the store; by default $XDG_DATA_HOME/ssh-admin/hub.db
  --key-file PATH, SSH_ADMIN_KEY_FILE
      its key; by default the store's path + .key
  SSH_ADMIN_KEY_COMMAND
      a command that writes the key file's text, for a secret manager
  --as EMAIL, SSH_ADMIN_AS
      act for this user, with their rights; by default Cambridge staff (staff)
  SSH_ADMIN_AS_REQUIRED
      1: every command must say --as ("as-required": true in the file)
  --smtp URL, SSH_ADMIN_SMTP_URL
      the mail server; by default none (see: ssh-admin help mail)
  SSH_ADMIN_SMTP_PASSWORD_FILE
      a file with the mail server's password
  --mail-dir PATH, SSH_ADMIN_MAIL_DIR
      where messages are written; by default the store's path + .mail
  SSH_ADMIN_MAIL_FROM
      by default noreply@cambridgeinternational.org
  SSH_ADMIN_BASE_URL
      by default https://support.cambridgeinternational.example

An empty setting is a mistake (exit 2), so that a script whose variable is empty never acts on the
default; so is a key or a folder that is named by an address such as https://. A store may be on a server
of PostgreSQL: postgres://USER@HOST/DATABASE, never with a password (~/.pgpass, PGPASSWORD). Its key is then
$XDG_CONFIG_HOME/ssh-admin/STORE_ID.key, which each desk has a copy of, and each desk's messages are written to
$XDG_DATA_HOME/ssh-admin/STORE_ID.mail.

  ssh-admin config set mail-from hub@school.example    writes one
  ssh-admin config unset mail-from                     takes it out
  ssh-admin config edit                                opens the file

The configuration file is $XDG_CONFIG_HOME/ssh-admin/config.json. It may hold: db, key-file,
key-command, as, as-required, smtp, smtp-password-file, mail-dir, mail-from, base-url, or the same as JSON has them
(keyFile). For example:

  { "db": "/srv/hub/hub.db",
    "key-file": "/etc/ssh-admin/hub.key",
    "smtp": "smtps://hub@mail.school.example" }

NO_COLOR, FORCE_COLOR, TERM=dumb, CI and COLUMNS are honoured. A list that is longer than the screen goes through
PAGER (less -FRX, where nothing is said; none where it is empty or cat, or with --no-pager).`

export const workbook = `centres import reads an Excel workbook (.xlsx) or a list (.csv). ssh-admin centres sample FILE writes an
empty one with the right headings.

  Centre number            always needed: 2 to 12 letters and digits
  Centre name              the column is needed; a new name renames a centre, blank keeps its name
  Email                    the column is needed; one user a row, or none for a centre alone
  Country                  for a new centre: the English name
  Address, Town, Postcode  optional
  First name, Last name    optional
  Full name                optional, where there is neither of the two: the last word is the last name
  Role                     optional, new users only: coordinator, admin, teacher, or a service role
  Kind, Associate          optional, new centres only

Headings are found wherever they stand and in whatever order; --map 'Column=field' names others.

New centres and users are added; users who are there already are never changed.

New users get a PIN. The PINs come back in a workbook to hand out.

Rows with a mistake are held back, listed by cell, and change nothing (exit 8).

Missing centres and extra users are listed. They are deleted only with --delete-missing,
--delete-extra, --delete-centre or --delete-user; more than a fifth needs --allow-deletes N.

Centres are renamed by their names in the workbook; more than a fifth needs --allow-renames N.

The rows held back, written with --issues-out and corrected, are part of a roster, and so is one sheet of a
workbook whose other sheets have rows too: nobody is missing from it, or extra. --partial says so of any other
workbook, --whole-roster that it is a whole one after all.

To take an import back: ssh-admin centres imports undo ID

What a cell shows is what goes in. In CSV each line end ends a row; a cell of several lines is read where it
can have swallowed no row (all rows as long as the headings, no separator behind its first line), and else
the row where its quotation mark opens is named (exit 6).

Why a row is held back (issues[].code; in a pipe of every import: issue, cell, code, value, message, hint):

  error-cell              a formula failed: #REF!, #N/A
  not-calculated          a formula without its value: recalculate in your spreadsheet program, and save
  shown-otherwise         the cell's format shows another number or text than it holds; both are named
  merged                  the cell lies beneath a merged one
  struck-out              the cell is struck out, or a part of it
  not-a-name, too-long    what stands there is no name of a centre or a person
  another-centres-name    the name is that of another saved centre
  same-centre             a new number with the name and country of a saved centre that has no row
  lost-zeros              the new number is nearly that of a saved centre with this name or address
  near-number             the new number is nearly that of a saved centre: O for 0, or zeros lost or added
  two-rows-in-one         something stands beyond the headings, or the end of a line inside a cell
  cell-twice              the row has the same cell twice
  unclear-headings        the row stands below headings that are not understood, or above all headings
  invalid-number, missing-number
  totals-row              the row sums the list up, and is no centre
  invalid-email, missing-email
  missing-name, missing-country, unknown-country
  names-differ, location-differs, kind-differs
                          rows of one centre that do not agree
  rows-differ             the same address twice, not alike
  duplicated-user         an address that belongs to another centre
  addresses-slipped       somebody new, where more than a fifth of the saved users stand at other centres
  no-centre               the address of somebody who was removed from their organisation
  has-coordinator         a second coordinator
  unknown-role, role-not-granted, unknown-kind
  missing-associate, associate-not-found, not-an-associate
  centre-deleted          --restore-deleted brings the centre back

What is said as well (notices[].code): hidden-rows, hidden-columns, headings-again, other-sheets,
cells-without-heading, unknown-column, names-left-aside (a column of names is not read, how to read it, and who has no
name for it), name-tidied, partial-workbook, nothing-deleted, no-store-begun, issues-not-written,
no-slips (more than 10,000 new users: --slips by-centre), pins-not-open, no-users-at-centre, pins-not-placed,
issues-not-placed and report-not-placed (exit 9; any other file that could not be put in its place: file-not-placed).

Before an import: ssh-admin centres lint FILE says what is wrong with it, without a store too;
ssh-admin centres import FILE --dry-run does all of an import and takes it back.`

export const examples = `Centres and their people, from a workbook:

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

export const scripting = `The answer is on stdout; progress, warnings and hints are on stderr. In a pipe a list is one record a line, separated by
tabs, with ISO dates, whole, without colour.

  --json                      one document on stdout (ssh-admin help json)
  --format FORMAT             of a list: table, tsv, csv, json, jsonl, ids or count
  --fields email,status       of a list: these columns, in this order
  --yes                       answer every question with yes; never more than that: rules and limits hold
  --no-input                  never ask; what would be asked is exit 2
  --dry-run                   the same checks, the same answer, the same exit code, and nothing changes; what would be asked is said (would-ask)
  --if-missing                of users add, centres create, coordinator add, store init, seed: fine if it is there and equal
  --wait SECONDS              how long to wait for a busy store; 30
  -q                          nothing but the answer

Without a terminal nothing is asked: a command that would ask ends with exit 2 and names --yes. A piped y is no answer.

Where several can be named, - reads them from stdin, one a line, and all or none are done:

  ssh-admin users list --status invited --format ids |
    ssh-admin users reset-password - --yes

Repeating is harmless: suspending a suspended user is exit 0, with "changed": false.

Exit codes (ssh-admin help exit-codes) say what to do: 0 went well, 8 and 9 are done with something left to look at, 2 to 7
changed nothing, 10 is not known. In bash:

  ssh-admin centres import centres.xlsx --yes --json > answer.json
  case $? in 0) ;; 8) echo 'rows held back' ;; *) exit 1 ;; esac

At a desk where nobody acts as Cambridge staff by default, SSH_ADMIN_AS_REQUIRED=1 makes every command name its actor.`

/** @param shapes the names of the JSON schemas */
export const jsonPage = (shapes: readonly string[]) =>
  `--json prints one JSON document on stdout, with camelCase keys, UTC times, and the same order every
time. Warnings and hints stand in "notices": [{"code","message"}]. A failure prints one line on stderr
instead: {"error": {"code", "message", "hint", "details"}}; codes are stable. What --dry-run would ask
is a notice (would-ask).

A terminal gets the document indented, a pipe gets it in one line.

The shapes are ${shapes.join(', ')}.

ssh-admin help json --json prints their JSON schemas, and which of them each command answers in. They are
closed: nothing comes that they do not name.`

/** Every role and every kind of actor, from the tables that the program itself uses. */
export function rolesPage(): string {
  const services = [...new Set(catalogue.map(({ service }) => service))]
  const longest = Math.max(...catalogue.map(({ name }) => name.length))
  const lines = services.flatMap((service) => [
    '',
    `${service}:`,
    '',
    ...catalogue
      .filter((role) => role.service === service)
      .map(({ name, does }) => `  ${name.padEnd(longest)}  ${does}`),
  ])
  const longestSite = Math.max(...sites.map((site) => site.length))
  const siteLines = sites.map((site) => `  ${site.padEnd(longestSite)}  ${titleOfSite(site)}`)
  const actors = [staffRow, ...matrix, othersRow].map(({ actor, may }) => `  ${actor}\n    ${may}`)
  return `A user has one hub role (coordinator, admin, teacher) or none, and any number of service roles.
${lines.join('\n')}

Sites:

${siteLines.join('\n')}

The first comes with every hub role; users add --site and users edit --add-site give the others.

Who may do what:

${actors.join('\n')}

What is not written is not allowed. --as EMAIL acts for a user, with their rights; without it Cambridge staff act. A refusal
is exit 5, names the line that decides, and is recorded.

  ssh-admin roles grant EMAIL ROLE            give a role
  ssh-admin roles check EMAIL ACTION TARGET   may they, and by which line
  ssh-admin roles list --matrix               the table above
  ssh-admin whoami                            whose rights you have`
}

const widest = 100
const narrowest = 30

/**
 * Wraps a help page to a width, paragraph by paragraph. An indented line is a paragraph of its own; its continuation
 * begins beneath its last column, the text behind the last two blanks.
 */
export function wrapPage(page: string, width: number): string {
  const max = Math.max(narrowest, Math.min(width, widest))
  return joinParagraphs(page)
    .map((line) => wrapLine(line, max))
    .join('\n')
}
