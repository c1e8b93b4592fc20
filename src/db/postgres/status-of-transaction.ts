import type pg from 'pg'
import { sqlStateOf } from './errors.ts'

/** What became of a transaction to which the server gave this number; a standby that took over never heard of one that is higher than its own. */
export async function statusOfTransaction(
  client: pg.Client,
  transaction: string | undefined,
): Promise<'committed' | 'aborted' | 'unknown'> {
  if (transaction === undefined) return 'unknown'
  try {
    const { rows } = await client.query<{ status: string | null }>(
      'select pg_xact_status(cast($1 as xid8)) as status',
      [transaction],
    )
    const [first] = rows
    return first?.status === 'committed' || first?.status === 'aborted' ? first.status : 'unknown'
  } catch (error) {
    if (sqlStateOf(error) === '22023') return 'aborted'
    throw error
  }
}
