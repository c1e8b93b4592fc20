import type { OpenStore } from '../db/store/open.ts'
import { Unavailable } from '../errors.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { Session } from './session.ts'

/**
 * A look before the rest is asked, or while it is: what stands in the way is told when it is typed, and again by the
 * rule. @returns undefined where there is no store yet, or nobody is asked
 */
export async function lookIntoStore<Seen>(
  session: Session,
  look: (store: OpenStore, ctx: RuleContext) => Promise<Seen>,
): Promise<Seen | undefined> {
  const { terminal, common } = session
  if (!terminal.canAsk || !common.input || common.dryRun) return undefined
  const store = await storeThatIsThere(session)
  if (!store) return undefined
  try {
    return await look(store, await session.ctx(store))
  } finally {
    await store.close()
  }
}

async function storeThatIsThere(session: Session): Promise<OpenStore | undefined> {
  try {
    return await session.open('read')
  } catch (error) {
    if (error instanceof Unavailable && error.code === 'store-missing') return undefined
    throw error
  }
}
