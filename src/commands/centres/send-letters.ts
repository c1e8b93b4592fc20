import type { OpenStore } from '../../db/store/open.ts'
import { countedStates } from '../../render/messages.ts'
import type { Given } from '../../rules/permissions/actor.ts'
import type { Session } from '../../cli/session.ts'

interface Surroundings {
  session: Session
  store: OpenStore
  given: Given
}

/**
 * Delivers the letters that a committed import owes. What cannot go now waits, and Ctrl-C lets
 * the rest wait too. @returns what became of them, and whether some are still owed
 */
export async function sendLetters(
  numbers: readonly number[],
  { session, store, given }: Surroundings,
): Promise<{ states: string; owed: boolean }> {
  if (numbers.length === 0) return { states: '', owed: false }
  const { deliverOwed } = await import('../../mail/deliver.ts')
  const { countingOf } = await import('../mail/progress.ts')
  const counting = await countingOf(session.terminal, numbers.length)
  const { messages, owed } = await deliverOwed({ store, session, by: given.by, numbers, counting })
  return { states: countedStates(messages), owed }
}
