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
  ssh-admin centres imports undo ID takes an import back.

Look before you leap: ssh-admin centres import FILE --dry-run`
