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
export async function recordEvent(session: Session, event: HappenedEvent): Promise<void> {
  const { appendAudit } = await import('../rules/audit/append.ts')
  try {
    // What was looked at may have been opened to be read only.
    const store = await session.open('use')
    try {
      await session.commit(store, (trx, ctx) => appendAudit(trx, { ...ctx, ...event, kind: 'event' }))
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    session.notify({
      code: 'not-recorded',
      message: 'The audit log does not name this: it cannot be written to.',
    })
  }
}
