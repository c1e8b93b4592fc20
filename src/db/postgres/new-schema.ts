import type pg from 'pg'
import { errorCodeOf, Refused } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import { version as program } from '../../version.ts'
import type { EmptyStore, EmptyTable } from '../store/copy-tables.ts'
import { statements as centresAndUsers } from '../migrations/0001-centres-users-and-their-history.ts'
import { statements as wrongSignIns } from '../migrations/0002-wrong-sign-ins-and-account-requests.ts'
import { statements as programOfStore } from '../migrations/0003-the-program-that-wrote-it.ts'
import { statements as erased } from '../migrations/0006-whom-it-erased.ts'
import { statements as pinSheets } from '../migrations/0007-pin-sheets-noted-before-they-are-written.ts'
import { withConnection } from './connection.ts'
import { copyRows } from './copy-rows.ts'
import { encodingTooNarrow } from './errors.ts'
import { migrateWithin, tablesOnServer } from './migrate.ts'
import { cannotCreateSchema, nameAfterSchema } from './rights.ts'

/**
 * Runs the work in a transaction that has created the tables of a store; the work commits.
 * @throws what `refuseTakenSchema` throws
 */
export async function withNewSchema<Result>(
  server: ServerAddress,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withConnection(server, async (client) => {
    await client.query('begin')
    await refuseTakenSchema(client, server)
    try {
      await makeSchema(client, server)
    } catch (error) {
      if (!isCreatedConcurrently(error)) throw error
      await client.query('rollback')
      await refuseTakenSchema(client, server)
      throw error
    }
    return work(client)
  })
}

/** Whether another session created the same schema concurrently: the server waits for it, and then reports a duplicate. */
function isCreatedConcurrently(error: unknown): boolean {
  return /^(23505|42P0[67]|42710|XX000)$/.test(errorCodeOf(error))
}

/** Creates the tables of a store in their own schema and puts it first in search_path, within the open transaction. */
export async function makeSchema(
  client: pg.Client,
  { schema, shown }: Pick<ServerAddress, 'schema' | 'shown'>,
): Promise<void> {
  const name = client.escapeIdentifier(schema)
  try {
    // `create schema if not exists` would need the right to create one even when it exists.
    await client.query(
      `do $$ begin if to_regnamespace('${name}') is null then create schema ${name}; end if; end $$;
        set local search_path to ${name}; ${firstSchema().join(';\n')}`,
    )
  } catch (error) {
    const { user = '', database = '' } = client
    throw errorCodeOf(error) === '42501' ? cannotCreateSchema({ shown }, { user, database }) : error
  }
  await client.query('insert into store_versions (version, program) values ($1, $2)', [firstVersion, program])
  await migrateWithin(client, { from: firstVersion })
}

/**
 * @throws `store-refused` where the database lacks letters; `store-exists`, `store-foreign` where something is in the
 * schema already
 */
async function refuseTakenSchema(
  client: pg.Client,
  { schema, shown }: Pick<ServerAddress, 'schema' | 'shown'>,
): Promise<void> {
  await refuseNarrowEncoding(client, shown)
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind in ('r', 'v', 'm', 'S', 'f', 'p')
      and relnamespace = (select oid from pg_namespace where nspname = $1)`,
    [schema],
  )
  if (rows.length === 0) return
  const hint = `It stays as it is. Name another schema: ?schema=${schema}_2 at the end of the address.`
  if (rows.some(({ name }) => name === 'store_versions'))
    throw new Refused('store-exists', `There is a store at ${shown} already.`, { hint })
  throw new Refused('store-foreign', `The schema ${schema} of ${shown} has tables of another program.`, {
    hint,
  })
}

/** An encoding such as LATIN1 would refuse the first name in another script. SQL_ASCII stores any bytes. */
async function refuseNarrowEncoding(client: pg.Client, shown: string): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(
    `select current_setting('server_encoding') as encoding`,
  )
  if (!/^(UTF8|SQL_ASCII)$/.test(rows[0]?.encoding ?? '')) throw encodingTooNarrow(shown)
}

/** The empty tables that `makeSchema` created, to be filled by a copy. */
export function emptySchema(client: pg.Client, { shown }: Pick<ServerAddress, 'shown'>): EmptyStore {
  return {
    named: shown,
    tables: () => tablesIn(client),
    insert: ({ name, columns }, rows) =>
      copyRows(client, { table: client.escapeIdentifier(name), columns }, rows),
    setLastNumber: async (table, last) => {
      if (last > 0) await client.query(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [table, last])
    },
    rowsIn: async (table) => {
      const counted = await client.query<{ n: number }>(
        `select count(*) as n from ${client.escapeIdentifier(table)}`,
      )
      return counted.rows[0]?.n ?? 0
    },
    head: async () => {
      const newest = await client.query<{ id: number; mac: Buffer }>(
        'select id, mac from audit order by id desc limit 1',
      )
      const [last] = newest.rows
      return last && { events: last.id, head: last.mac.toString('hex') }
    },
  }
}

/** In order of their foreign keys: a referenced table comes before those that refer to it. */
async function tablesIn(client: pg.Client): Promise<EmptyTable[]> {
  const { rows } = await client.query<EmptyTable & { parents: string[] }>(
    `select relname as name,
        (select array_agg(cast(attname as text) order by attnum) from pg_attribute
          where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
        exists (select 1 from pg_attribute where attrelid = c.oid and attidentity <> '') as "hasSequence",
        array(select cast(p.relname as text) from pg_constraint join pg_class p on p.oid = confrelid
          where conrelid = c.oid and contype = 'f' and confrelid <> conrelid)
        -- Rows made by an import refer to it through a trigger.
        || array(select 'imports' from pg_attribute
          where attrelid = c.oid and attname = 'created_by_import') as parents
      from pg_class c where relkind = 'r' and relname <> 'store_versions'
        and relnamespace = (select oid from pg_namespace where nspname = current_schema())
      order by relname`,
  )
  const ordered: EmptyTable[] = []
  const waiting = new Map(rows.map((table) => [table.name, table]))
  while (waiting.size > 0) {
    const next = [...waiting.values()].filter(({ parents }) => !parents.some((name) => waiting.has(name)))
    if (next.length === 0) throw new Error(`tables refer to each other: ${[...waiting.keys()].join(', ')}`)
    for (const table of next) {
      ordered.push(table)
      waiting.delete(table.name)
    }
  }
  return ordered
}

/** The schema version at which a shared store begins; later ones are migrations. Frozen. */
export const firstVersion = 8

/** The tables as the migrations up to firstVersion leave them in a file. */
function tables(): string[] {
  const [erasedAccounts = ''] = erased
  const [noted = ''] = pinSheets
  const pinSheetsOwed = noted.replace('table noted', 'table pin_sheets_owed')
  return [
    'create table store_versions (version integer primary key, program text not null)',
    ...[...centresAndUsers, ...wrongSignIns, ...programOfStore, erasedAccounts, pinSheetsOwed],
  ]
    .filter((statement) => !statement.startsWith('create trigger'))
    .map(translateSqlite)
}

const counts =
  /\b(version|british_council|global_listening|pin_wrong_tries|wrong_tries|in_a_row|position|attempts) integer\b/g

/** Translates SQLite idioms that only the first migrations use; later ones are written for both engines. */
function translateSqlite(statement: string): string {
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

/** Rules that no constraint can express, as triggers: name, timing, the condition that refuses, and its message. */
const triggerRules = [
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

/** The statements that create a shared store's tables in the first schema of search_path. */
export function firstSchema(): string[] {
  return [
    ...tables(),
    ...triggerRules.flatMap(([name, when, condition, words]) => [
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

/** The end of a kept schema's name: when it was kept, and four digits that tell two of one second apart. */
const exampleMoment = '2026_03_02_09_00_00z_a1b2'

/** How the names of the schemas begin that a restore keeps. */
export function keptSchemaPrefix(schema: string): string {
  return nameAfterSchema(schema, { ending: '_before_restore_', room: exampleMoment.length })
}
