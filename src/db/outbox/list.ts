import type { Kysely } from 'kysely'
import type { MessageState, OutboxRow, Store } from '../schema.ts'

export const messageStates: readonly MessageState[] = [
  'queued',
  'written',
  'sent',
  'failed',
  'unknown',
  'cancelled',
]

export interface MessageFilter {
  states: readonly MessageState[]
  letter?: string
  /** The address as it is written to, in lower case. */
  to?: string
  importId?: number
  limit?: number
}

/** Messages, newest first, and how many there are without the limit. */
export async function listMessages(
  db: Kysely<Store>,
  { states, letter, to, importId, limit }: MessageFilter,
): Promise<{ rows: OutboxRow[]; total: number }> {
  let query = db.selectFrom('outbox')
  if (states.length > 0) query = query.where('state', 'in', [...states])
  if (letter !== undefined) query = query.where('letter', '=', letter)
  if (to !== undefined) query = query.where(({ fn }) => fn<string>('lower', ['to_address']), '=', to)
  if (importId !== undefined) query = query.where('import_id', '=', importId)
  const { total } = await query
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  let page = query.selectAll().orderBy('id', 'desc')
  if (limit !== undefined) page = page.limit(limit)
  return { rows: await page.execute(), total }
}
