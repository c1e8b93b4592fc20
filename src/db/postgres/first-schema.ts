import { statements as centresAndUsers } from '../migrations/0001-centres-users-and-their-history.ts'
import { statements as wrongSignIns } from '../migrations/0002-wrong-sign-ins-and-account-requests.ts'
import { statements as program } from '../migrations/0003-the-program-that-wrote-it.ts'
import { statements as erased } from '../migrations/0006-whom-it-erased.ts'
import { statements as pinSheets } from '../migrations/0007-pin-sheets-noted-before-they-are-written.ts'
import { tablesOnServer } from './migrate.ts'

/** A shared store has the tables of this version before any migration; frozen. */
export const firstVersion = 8

/** As the migrations up to that version leave them in a file: no row is moved, since there is none. */
function tables(): string[] {
  const [erasedAccounts = ''] = erased
  const [noted = ''] = pinSheets
  const pinSheetsOwed = noted.replace('table noted', 'table pin_sheets_owed')
  return [
    'create table store_versions (version integer primary key, program text not null)',
    ...[...centresAndUsers, ...wrongSignIns, ...program, erasedAccounts, pinSheetsOwed],
  ]
    .filter((statement) => !statement.startsWith('create trigger'))
    .map(inFirstWords)
}

const counts =
  /\b(version|british_council|global_listening|pin_wrong_tries|wrong_tries|in_a_row|position|attempts) integer\b/g

/** What those say in SQLite's own words, and later ones do not: a count is no number of a row, and those are given by the server. */
function inFirstWords(statement: string): string {
  const isNumberedByUs = /^create table (audit|store) /.test(statement)
  return tablesOnServer(
    statement
      .replace(/^(create table store .*?\bid) integer/s, '$1 int')
      .replace(counts, '$1 int')
      .replace(/\bid integer primary key,/, isNumberedByUs ? '$&' : 'id integer primary key autoincrement,')
      .replace(/\binstr\((\w+), char\(/g, 'strpos($1, chr(')
      .replace("number not glob '*[^A-Z0-9]*'", () => "number ~ '^[A-Z0-9]+$'")
      .replace("and hub_role = 'coordinator'))", "and hub_role is not distinct from 'coordinator'))"),
  )
}

/** What no constraint can say: a name, when it looks, when it stands in the way, and its words. */
const guards = [
  [
    'at_most_fifty_assignments',
    'before insert on assignments',
    `(select count(*) from assignments where user_id = new.user_id) >= 50`,
    'associate-limit',
  ],
  [
    'a_deleted_user_holds_no_progression_tests',
    'before update of status on users',
    `new.status = 'deleted' and exists (select 1 from learner_groups where owner_id = new.id)`,
    'has-progression-tests',
  ],
  [
    'learner_groups_have_a_live_owner',
    'before insert or update of owner_id on learner_groups',
    `exists (select 1 from users where id = new.owner_id and status = 'deleted')`,
    'user-not-found',
  ],
  [
    'audit_rows_count_from_one',
    'before insert on audit',
    'new.id < 1',
    'the rows of the audit log count from 1',
  ],
  ['audit_is_never_changed', 'before update or delete on audit', 'true', 'the audit log is append-only'],
  [
    'audit_personal_is_only_erased',
    'before update on audit_personal',
    'new.value is not null or new.audit_id <> old.audit_id or new.field <> old.field',
    'personal values of the audit log are erased, never changed',
  ],
  [
    'audit_personal_is_never_deleted',
    'before delete on audit_personal',
    'true',
    'the audit log is append-only',
  ],
] as const

/** Every statement that makes the tables of a shared store, in the schema that is looked in first. */
export function firstSchema(): string[] {
  return [
    ...tables(),
    ...guards.flatMap(([name, when, condition, words]) => [
      `create function ${name}() returns trigger language plpgsql as $$
        begin
          if ${condition} then raise exception '${words}'; end if;
          return ${when.startsWith('before delete') ? 'old' : 'new'};
        end $$`,
      `create trigger ${name} ${when} for each row execute function ${name}()`,
    ]),
    `create function nothing_is_emptied() returns trigger language plpgsql as $$
      begin raise exception 'the audit log is append-only'; end $$`,
    ...['audit', 'audit_personal'].map(
      (table) =>
        `create trigger ${table}_is_never_emptied before truncate on ${table} execute function nothing_is_emptied()`,
    ),
  ]
}
