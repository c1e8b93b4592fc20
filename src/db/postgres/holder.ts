import type pg from 'pg'
import type { Holder } from '../store/opening.ts'

/** Who has the store: the program names itself to the server, and says what it runs. */
export async function holderOf(client: pg.Client, schema: string): Promise<Holder | undefined> {
  const { rows } = await client.query<{ pid: number; name: string; since: Date }>(
    `select pid, application_name as name, xact_start as since from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name like 'ssh-admin %'
        and backend_xid is not null and wait_event_type is distinct from 'Lock'
        and exists (select 1 from pg_locks where pg_locks.pid = pg_stat_activity.pid and granted
          and relation = to_regclass($1) and mode = 'RowShareLock')
      order by xact_start limit 1`,
    [`${client.escapeIdentifier(schema)}.store`],
  )
  const [first] = rows
  if (!first) return undefined
  return { command: first.name.replace(/^ssh-admin /, ''), since: first.since.toISOString() }
}
