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
  if (rows[0]?.found !== tableNames.length) {
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

/** Changes the store past every trigger and reference, as its owner could. @param statements bytes as SQLite has them */
export async function tamperWithShared(server: string, statements: readonly string[]): Promise<void> {
  client ??= connected(server)
  const opened = await client
  const translated = statements.join('; ').replace(/\bx'([0-9a-f]*)'/g, String.raw`'\x$1'`)
  try {
    await opened.query(`begin; set local session_replication_role to replica; ${translated}; commit`)
  } catch (error) {
    // The tests that follow have this connection too.
    await opened.query('rollback')
    throw error
  }
}
