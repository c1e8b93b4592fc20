import type { Trx } from '../transact.ts'

export interface Voided {
  pins: number
  links: number
  /** Letters that waited with one of those links, and are not sent any more. */
  letters: number
}

/** Makes every open PIN, link, temporary password and code useless, and counts them. */
export function voidEveryCredential(trx: Trx): Promise<Voided> {
  return voidIssuedAfter(trx, '')
}

/** The same for those issued after a time, as ISO text. */
export async function voidIssuedAfter(trx: Trx, time: string): Promise<Voided> {
  const pins = await trx
    .updateTable('users')
    .set({ pin_state: 'void' })
    .where('pin_state', '=', 'issued')
    .where('pin_issued_at', '>', time)
    .executeTakeFirst()
  const letters = await trx
    .updateTable('outbox')
    .set({ state: 'cancelled' })
    .where('state', '=', 'queued')
    .where('credential_id', 'in', (eb) =>
      eb.selectFrom('credentials').select('id').where('state', '=', 'open').where('issued_at', '>', time),
    )
    .executeTakeFirst()
  const links = await trx
    .updateTable('credentials')
    .set({ state: 'void' })
    .where('state', '=', 'open')
    .where('issued_at', '>', time)
    .executeTakeFirst()
  return {
    pins: Number(pins.numUpdatedRows),
    links: Number(links.numUpdatedRows),
    letters: Number(letters.numUpdatedRows),
  }
}
