import { sql } from 'kysely'
import { transactionState, type Trx } from '../transact.ts'

/** The users of an import whose PIN is open and who have had no letter about it. */
export function newUsersWithoutLetter(trx: Trx, importId: number) {
  return trx
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .select([
      'users.id',
      'email',
      'first_name as firstName',
      'last_name as lastName',
      sql<string>`coalesce(centres.name, '')`.as('centreName'),
      sql<string>`coalesce(centres.number, '')`.as('centreNumber'),
      sql<string>`pin_issued_at`.as('pinIssuedAt'),
    ])
    .where('users.created_by_import', '=', importId)
    .where('users.status', '=', 'invited')
    .where('pin_state', '=', 'issued')
    .where('centres.deleted_at', 'is', null)
    .where(sql<boolean>`not exists (select 1 from outbox where outbox.user_id = users.id
      and letter = 'account-activation' and outbox.state not in ('failed', 'cancelled'))`)
    .orderBy('users.id')
    .execute()
}

interface LetterRow {
  messageId: string
  userId: number
  toAddress: string
  toName: string
  fields: string
  expiresAt: string
}

const columns = [
  'id',
  'message_id',
  'user_id',
  'import_id',
  'to_address',
  'to_name',
  'letter',
  'subject',
  'fields',
  'state',
  'created_at',
  'expires_at',
] as const

/** Queues one letter for many people at once. */
export async function queueLetters(
  trx: Trx,
  {
    letter,
    subject,
    importId,
    at,
    letters,
  }: { letter: string; subject: string; importId: number; at: Date; letters: readonly LetterRow[] },
): Promise<number> {
  if (letters.length === 0) return 0
  const { bulk, queued } = transactionState(trx)
  const first = await bulk.reserve('outbox', letters.length)
  const createdAt = at.toISOString()
  function* rows() {
    for (const [position, { messageId, userId, toAddress, toName, fields, expiresAt }] of letters.entries()) {
      const addressed = [messageId, userId, importId, toAddress, toName]
      yield [first + position, ...addressed, letter, subject, fields, 'queued', createdAt, expiresAt]
    }
  }
  await bulk.insert('outbox', columns, rows())
  for (const position of letters.keys()) queued.push(first + position)
  return letters.length
}
