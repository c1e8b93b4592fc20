import type { OpenStore } from '../db/open.ts'
import type { Session } from './session.ts'

interface HappenedEvent {
  action: string
  subject?: string
  userId?: number
  facts?: Record<string, unknown>
}

/**
 * Records that somebody carried particulars out of the store, or looked at somebody's message. It
 * is written after, and where it cannot be (no key, nothing to write to) the answer stands and a
 * notice says so.
 */
export async function recordEvent(session: Session, store: OpenStore, event: HappenedEvent): Promise<void> {
  const { record } = await import('../rules/record.ts')
  try {
    await session.commit(store, (trx, given) => record(trx, { ...given, ...event, kind: 'event' }))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    session.notify({
      code: 'not-recorded',
      message: 'The audit log does not name this: it cannot be written to.',
    })
  }
}
