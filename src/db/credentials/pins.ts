import { surroundingsOf, type Trx } from '../transact.ts'

/** Gives users a new PIN each; the one before it is void by that. */
export function renewPins(
  trx: Trx,
  { nonces, at }: { nonces: readonly { id: number; nonce: Buffer }[]; at: string },
): void {
  const renew = surroundingsOf(trx).raw.prepare(
    `update users set pin_nonce = ?, pin_state = 'issued', pin_issued_at = ?, pin_wrong_tries = 0 where id = ?`,
  )
  for (const { id, nonce } of nonces) renew.run(nonce, at, id)
}
