import { Failure, Usage } from '../errors.ts'
import { unfinishedAddress } from '../rules/users/find.ts'
import { type Session, withStore } from './session.ts'

/**
 * Adds to the refusal of an address without its end (`amira@`) the accounts whose addresses begin with it, as far as
 * the store can be read and the actor may see them. @returns the error to throw
 */
export async function withAccountsBeginning(
  error: unknown,
  typed: string,
  session: Session,
): Promise<unknown> {
  if (!(error instanceof Usage) || !/^[^\s@]+@[^\s@]*$/.test(typed.trim())) return error
  try {
    return await withStore(session, 'read', async (store) => {
      const { actor } = await session.ctx(store)
      return (await unfinishedAddress(store.db, { typed, actor })) ?? error
    })
  } catch (failure) {
    // The call is wrong in any store, and this is only a hint.
    if (failure instanceof Failure) return error
    throw failure
  }
}
