/** An import whose sheet of PINs is not known to lie in its place; the row goes when it does. */
export const statements = [
  `create table pin_sheets_owed (
    import_id integer primary key references imports (id),
    unfinished text not null
  ) strict`,
]
