/** A PIN sheet is noted before it is written; `import_id` is null until its import is committed. */
export const statements = [
  `create table noted (
    unfinished text primary key,
    import_id integer unique references imports (id)
  ) strict`,
  'insert into noted (unfinished, import_id) select unfinished, import_id from pin_sheets_owed',
  'drop table pin_sheets_owed',
  'alter table noted rename to pin_sheets_owed',
]
