import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import pg from 'pg'
import { emptyLog, headFileOnServer, writeHeadFile } from '../src/db/audit/head-file.ts'
import { serverAddressOf } from '../src/db/postgres/connection.ts'
import { openStore } from '../src/db/store/open.ts'
import { deriveKeys, writeKeyFile } from '../src/db/store/keys.ts'
import { tableNames } from '../src/db/store/tables.ts'

/** A server to test against; absent, or empty: every store is a file. */
export const testServer = process.env.SSH_ADMIN_TEST_DB === '' ? undefined : process.env.SSH_ADMIN_TEST_DB

const schema = `worker_${process.env.VITEST_POOL_ID ?? '0'}`

/** Of a user that a test makes on the server, who signs in as the tests themselves do: as SQL has it. */
export function testPassword(): string {
  return pg.escapeLiteral(process.env.PGPASSWORD ?? 'hub')
}

/** The store of this worker, which its tests have one after the other. */
export function sharedTestPlace(server: string): string {
  return `${server}${server.includes('?') ? '&' : '?'}schema=${schema}`
}

/** Of the server's connections those of a desk that suspends users at this worker's store: other workers have desks too. */
export const suspendingHere = `application_name like 'ssh-admin users suspend%'
  and pid in (select pid from pg_locks where relation = to_regclass('${schema}.store'))`

let client: Promise<pg.Client> | undefined
/** A test has changed what its tables allow: the next one begins with others. */
let isSpoilt = false

async function connected(server: string): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: server })
  opened.on('error', () => undefined)
  await opened.connect()
  await opened.query(`set search_path to ${schema}`)
  return opened
}

/** Takes out everything that the test before put in, and gives the store a key of its own. */
export async function emptySharedStore(
  server: string,
  { keyFile, at }: { keyFile: string; at: Date },
): Promise<void> {
  client ??= connected(server)
  const opened = await client
  const { rows } = await opened.query(
    'select count(*)::int as found from pg_tables where schemaname = $1 and tablename = any($2)',
    [schema, tableNames],
  )
  if (isSpoilt || rows[0]?.found !== tableNames.length) {
    isSpoilt = false
    // A test may have taken a table away.
    await opened.query(`drop schema if exists ${schema} cascade`)
    const place = sharedTestPlace(server)
    const options = { maxWaitMs: 30_000, now: () => at, command: 'test', onWait: () => undefined }
    await (await openStore({ ...options, path: place, keyFile: `${keyFile}.first`, mode: 'create' })).close()
  }
  if (existsSync(keyFile)) return
  const secret = randomBytes(32)
  writeKeyFile(keyFile, secret)
  writeHeadFile(headFileOnServer(keyFile, serverAddressOf(sharedTestPlace(server))), emptyLog)
  const { fingerprint } = deriveKeys(secret)
  const emptied = [...tableNames].reverse().map((name) => `delete from ${name}`)
  await opened.query(
    `begin; set local session_replication_role to replica; ${emptied.join('; ')};
      insert into store (id, store_id, key_fingerprint, created_at, program)
        values (1, '${randomBytes(12).toString('hex')}', '${fingerprint}', '${at.toISOString()}', 'test');
      select setval(pg_get_serial_sequence(table_name, column_name), 1, false)
        from information_schema.columns where table_schema = current_schema() and is_identity = 'YES';
      commit`,
  )
}

/** @param name tells it from the other stores beside this worker's own, whose schema's name it goes on */
export function placeBeside(server: string, name: string): string {
  return sharedTestPlace(server).replace(schema, `${schema}_${name}`)
}

/** The stores that a test began beside this worker's own, and those that `store restore` kept: nobody drops them but us. */
export async function dropStoresBeside(server: string): Promise<void> {
  client ??= connected(server)
  await dropSchemasLike(await client, `${schema}_`)
}

/** As where nobody has begun one: the next test begins it anew. */
export async function dropSharedStore(server: string): Promise<void> {
  client ??= connected(server)
  await (await client).query(`drop schema if exists ${schema} cascade`)
}

/** What is in the store of this worker. */
export interface KeptRows {
  tables: readonly (readonly [name: string, rows: string])[]
  numbers: readonly { table: string; column: string; last: string | null }[]
}

/** Keeps in memory what is in the store, for tests that begin with the same one. */
export async function keepRows(server: string): Promise<KeptRows> {
  client ??= connected(server)
  const opened = await client
  const tables: [string, string][] = []
  for (const name of tableNames) {
    const { rows } = await opened.query(
      `select cast(coalesce(json_agg(t), '[]') as text) as all from ${name} t`,
    )
    tables.push([name, rows[0].all])
  }
  const { rows: numbers } = await opened.query(
    `select table_name as table, column_name as column,
        pg_sequence_last_value(cast(pg_get_serial_sequence(table_name, column_name) as regclass)) as last
      from information_schema.columns where table_schema = current_schema() and is_identity = 'YES'`,
  )
  return { tables, numbers }
}

/** Puts them in the place of what is in the store now. */
export async function putRows(server: string, { tables, numbers }: KeptRows): Promise<void> {
  client ??= connected(server)
  const opened = await client
  await opened.query('begin; set local session_replication_role to replica')
  for (const [name, rows] of tables) {
    await opened.query(`delete from ${name}`)
    const kept = `select * from json_populate_recordset(cast(null as ${name}), cast($1 as json))`
    await opened.query(`insert into ${name} overriding system value ${kept}`, [rows])
  }
  for (const { table, column, last } of numbers) {
    const values = [table, column, last ?? '1', last !== null]
    await opened.query('select setval(pg_get_serial_sequence($1, $2), $3, $4)', values)
  }
  await opened.query('commit')
}

/** @param prefix of the names of schemas that a test leaves behind */
export async function dropSchemasLike(opened: pg.Client, prefix: string): Promise<void> {
  const { rows } = await opened.query<{ name: string }>(
    'select quote_ident(nspname) as name from pg_namespace where starts_with(nspname, $1)',
    [prefix],
  )
  for (const { name } of rows) await opened.query(`drop schema ${name} cascade`)
}

/**
 * Changes the store past every trigger and reference, as its owner could. @param statements bytes as SQLite has them
 * @param pastChecks also what no column may hold: its tables are made anew for the next test
 */
export async function tamperWithShared(
  server: string,
  statements: readonly string[],
  { pastChecks = false }: { pastChecks?: boolean } = {},
): Promise<void> {
  client ??= connected(server)
  const opened = await client
  const translated = statements.join('; ').replace(/\bx'([0-9a-f]*)'/g, String.raw`'\x$1'`)
  if (pastChecks) {
    isSpoilt = true
    const { rows } = await opened.query<{ name: string; of: string }>(
      `select quote_ident(conname) as name, cast(conrelid as regclass) as of from pg_constraint
        where contype = 'c' and connamespace = cast(current_schema() as regnamespace)
          and conrelid in (cast('audit' as regclass), cast('audit_personal' as regclass))`,
    )
    for (const { name, of } of rows) await opened.query(`alter table ${of} drop constraint ${name}`)
  }
  try {
    await opened.query(`begin; set local session_replication_role to replica; ${translated}; commit`)
  } catch (error) {
    // The tests that follow have this connection too.
    await opened.query('rollback')
    throw error
  }
}
