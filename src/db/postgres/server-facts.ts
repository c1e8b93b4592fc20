import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import type { ServerFacts } from '../engine.ts'
import type { Store } from '../schema.ts'
import type { Holder } from '../store/opening.ts'

/**
 * The session that holds the store: its application_name says which command it runs; of another program's session, what
 * pg_stat_activity shows everybody.
 */
export async function holderOf(client: pg.Client, schema: string): Promise<Holder | undefined> {
  const { rows } = await client.query<{ command: string }>(
    `select case when application_name like 'ssh-admin %' then substr(application_name, 11)
          else concat(coalesce(nullif(application_name, ''), 'another program'), ' (signed in as ', usename,
            ', process ', pid, ' of the server)') end as command
      from pg_stat_activity as session
      where datname = current_database() and pid <> pg_backend_pid()
        and exists (select 1 from pg_locks where pg_locks.pid = session.pid and granted and relation = to_regclass($1)
          and (mode in ('ExclusiveLock', 'AccessExclusiveLock')
            or mode in ('RowShareLock', 'RowExclusiveLock') and backend_xid is not null))
      order by exists (select 1 from pg_locks where pg_locks.pid = session.pid and not granted), xact_start limit 1`,
    [`${client.escapeIdentifier(schema)}.store`],
  )
  return rows[0]
}

/** Facts about the server that answers. */
export async function factsOf(client: pg.Client): Promise<ServerFacts> {
  const times: number[] = []
  let version = ''
  while (times.length < 3) {
    const started = performance.now()
    const { rows } = await client.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    )
    times.push(performance.now() - started)
    version = rows[0]?.version ?? ''
  }
  return {
    host: client.host,
    port: client.port,
    user: client.user ?? '',
    version: version.split(' ')[0] ?? '',
    roundTripMs: Math.round(Math.min(...times) * 10) / 10,
  }
}

/** Identifies a store, whatever address it was reached by. */
export async function placeOf(db: Kysely<Store>): Promise<string> {
  const { rows } = await sql<{ place: string }>`
    select concat_ws(' ', (select system_identifier from pg_control_system()),
      (select oid from pg_database where datname = current_database()),
      cast(cast('store' as regclass) as oid)) as place`.execute(db)
  return rows[0]?.place ?? ''
}
