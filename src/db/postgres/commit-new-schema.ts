import type pg from 'pg'
import { Unavailable, Unsure } from '../../errors.ts'
import type { SharedPlace } from '../../shared-place.ts'
import { connect } from './connection.ts'
import { isDisconnected } from './errors.ts'
import { statusOfTransaction } from './status-of-transaction.ts'

interface NewSchema {
  /** As a sentence names it: `the copy`. */
  what: string
  /** What to do where nobody can say whether it was saved. */
  ifUnsure?: string
}

/**
 * Commits the transaction that made a schema; where the connection breaks meanwhile, whoever answers now is asked
 * what became of it. @throws `store-unavailable` where it was not saved, `store-unsure` where nobody says
 */
export async function commitNewSchema(
  client: pg.Client,
  place: SharedPlace,
  { what, ifUnsure }: NewSchema,
): Promise<void> {
  const { rows } = await client.query<{ number: string }>(
    'select cast(pg_current_xact_id() as text) as number',
  )
  try {
    await client.query('commit')
  } catch (cause) {
    if (!isDisconnected(cause)) throw cause
    const status = await statusThere(place, rows[0]?.number).catch(() => 'unknown')
    if (status === 'committed') return
    if (status === 'unknown') throw new Unsure(place.shown, cause, ifUnsure)
    throw new Unavailable(
      'store-unavailable',
      `The connection to ${place.shown} broke before ${what} was saved.`,
      { hint: 'Nothing is there. Run the command once more.', cause },
    )
  }
}

async function statusThere(place: SharedPlace, transaction: string | undefined) {
  const client = await connect(place, { writes: true })
  try {
    return await statusOfTransaction(client, transaction)
  } finally {
    await client.end().catch(() => undefined)
  }
}
