import { type Credential, voidPin } from './credentials.ts'
import type { Trx } from '../transact.ts'

/** Counts a wrong try; the last one allowed voids it. */
export async function countWrongTry(
  trx: Trx,
  { credential, most }: { credential: Pick<Credential, 'id'>; most: number },
): Promise<void> {
  await trx
    .updateTable('credentials')
    .set(({ eb }) => ({
      wrong_tries: eb('wrong_tries', '+', 1),
      state: eb
        .case()
        .when('wrong_tries', '>=', most - 1)
        .then('void' as const)
        .else('open' as const)
        .end(),
    }))
    .where('id', '=', credential.id)
    .where('state', '=', 'open')
    .execute()
}

/** Counts a wrong PIN; the last one allowed voids it. */
export async function countWrongPin(
  trx: Trx,
  { userId, most }: { userId: number; most: number },
): Promise<void> {
  await trx
    .updateTable('users')
    .set(({ eb }) => ({ pin_wrong_tries: eb('pin_wrong_tries', '+', 1) }))
    .where('id', '=', userId)
    .where('pin_state', '=', 'issued')
    .execute()
  const user = await trx
    .selectFrom('users')
    .select('pin_wrong_tries')
    .where('id', '=', userId)
    .executeTakeFirst()
  if (user && user.pin_wrong_tries >= most) await voidPin(trx, userId)
}
