/** An import whose PIN sheet is not known to be in its place; the row is deleted once it is. */
export const statements = [
  `create table pin_sheets_owed (
    import_id integer primary key references imports (id),
    unfinished text not null
  ) strict`,
]
