const tables = ['centres', 'users']

/**
 * PostgreSQL checks the foreign key to the import that created a centre or a user once for each row, a third of its
 * work for an import. A check once for all rows of a statement guarantees the same, as nothing ever removes an import,
 * and none can be removed. In SQLite a foreign key costs next to nothing.
 */
export const onServer = [
  ...tables.map((table) => `alter table ${table} drop constraint ${table}_created_by_import_fkey`),
  `create function made_by_an_import_that_is_there() returns trigger language plpgsql as $$
    begin
      if exists (select from made where created_by_import is not null
        and created_by_import not in (select id from imports)) then
        raise exception 'import-not-found' using errcode = 'foreign_key_violation';
      end if;
      return null;
    end $$`,
  `create function moved_to_an_import_that_is_there() returns trigger language plpgsql as $$
    begin
      if not exists (select from imports where id = new.created_by_import) then
        raise exception 'import-not-found' using errcode = 'foreign_key_violation';
      end if;
      return new;
    end $$`,
  ...tables.flatMap((table) => [
    `create trigger ${table}_made_by_an_import_that_is_there after insert on ${table}
      referencing new table as made for each statement execute function made_by_an_import_that_is_there()`,
    `create trigger ${table}_moved_to_an_import_that_is_there before update of created_by_import on ${table}
      for each row when (new.created_by_import is not null) execute function moved_to_an_import_that_is_there()`,
  ]),
  `create function imports_are_never_removed() returns trigger language plpgsql as $$
    begin raise exception 'an import is never removed' using errcode = 'foreign_key_violation'; end $$`,
  `create trigger imports_are_never_removed before delete or update of id on imports
    for each row execute function imports_are_never_removed()`,
  `create trigger imports_are_never_emptied before truncate on imports
    execute function imports_are_never_removed()`,
]
