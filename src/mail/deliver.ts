import type { Session } from '../commands/session.ts'
import type { OpenStore } from '../db/open.ts'
import { type Message, messageOf } from '../render/message.ts'

/** Delivers what a committed change owes, and says of each message what became of it. */
export async function deliverOwed({
  store,
  numbers,
}: {
  store: OpenStore
  session: Session
  numbers: readonly number[]
}): Promise<Message[]> {
  const rows = await store.db.selectFrom('outbox').selectAll().where('id', 'in', numbers).execute()
  return rows.map(messageOf)
}
