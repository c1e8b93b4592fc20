export const workbook = `centres import reads an Excel workbook (.xlsx) or a list (.csv). ssh-admin centres sample FILE writes an
empty one with the right headings.

  Centre number   2 to 12 letters and digits                                     always needed
  Centre name     an existing centre takes the new name; blank means the same    a column is needed
  Email           one user in each row; a row without one is a centre alone      a column is needed
  Country         the English name                                               for a new centre
  Address, Town, Postcode                                                        optional
  First name, Last name                                                          optional
  Role            coordinator, admin, teacher, or a service role                 optional, new users only
  Kind, Associate                                                                optional, new centres only

Headings are found wherever they stand and in whatever order; --map 'Column=field' names others.

  New centres and users are added; users who are there already are never changed.
  New users get a PIN. The PINs come back in a workbook to hand out.
  Rows with a mistake are held back, listed by cell, and change nothing (exit 8).
  Centres that are missing, and users too many, are listed. They are deleted only with --delete-missing,
  --delete-extra, --delete-centre or --delete-user; more than a fifth needs --allow-deletes N.
  Centres are renamed by their names in the workbook; more than a fifth needs --allow-renames N.
  The rows held back, written with --issues-out and corrected, are part of a roster: in it nobody is missing
  or extra. --partial says so of another workbook, --whole-roster that it is one after all.
  ssh-admin centres imports undo ID takes an import back.

What a cell shows is what goes in. In CSV each line end ends a row; a cell of several lines is read where it
can have swallowed no row (all rows as long as the headings, no separator behind its first line), and else
the row where its quotation mark opens is named (exit 6).

Why a row is held back (issues[].code):

  error-cell              a formula failed: #REF!, #N/A
  not-calculated          a formula without its value: recalculate in your spreadsheet program, and save
  shown-otherwise         the number's format shows another number than the cell holds; both are named
  merged                  the cell lies beneath a merged one
  not-a-name, too-long    what stands there is no name of a centre or a person
  another-centres-name    the name is that of another saved centre
  lost-zeros, near-number the new number is nearly that of a saved centre with this name or address
  invalid-number, missing-number
  invalid-email, missing-email
  missing-name, missing-country, unknown-country
  names-differ, location-differs, kind-differs
                          rows of one centre that do not agree
  rows-differ             the same address twice, not alike
  duplicated-user         an address that belongs to another centre
  no-centre               the address of somebody who was removed from their organisation
  has-coordinator         a second coordinator
  unknown-role, role-not-granted, unknown-kind
  missing-associate, associate-not-found, not-an-associate
  centre-deleted          --restore-deleted brings the centre back

What is said beside (notices[].code): hidden-rows, hidden-columns, headings-again, other-sheets,
unknown-column, name-tidied, partial-workbook, nothing-deleted, issues-not-written, no-slips (more than
10,000 new users: --slips by-centre), pins-not-placed and issues-not-placed (exit 9).

Look before you leap: ssh-admin centres import FILE --dry-run`
