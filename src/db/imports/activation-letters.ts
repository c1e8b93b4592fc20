import { transactionState, type Trx } from '../transact.ts'

export interface UnwrittenUserRow {
  id: number
  email: string
  firstName: string
  lastName: string
  centreName: string
  centreNumber: string
  pinIssuedAt: string
}

/** The users of an import whose PIN is open and who have not been written to about it. */
export function newUsersWithoutLetter(trx: Trx, importId: number): UnwrittenUserRow[] {
  return transactionState(trx)
    .raw.prepare<[number], UnwrittenUserRow>(
      `select users.id, email, first_name as firstName, last_name as lastName,
         coalesce(centres.name, '') as centreName, coalesce(centres.number, '') as centreNumber,
         pin_issued_at as pinIssuedAt
       from users left join centres on centres.id = users.centre_id
       where users.created_by_import = ? and users.status = 'invited' and pin_state = 'issued'
         and centres.deleted_at is null
         and not exists (select 1 from outbox where outbox.user_id = users.id
           and letter = 'account-activation' and outbox.state not in ('failed', 'cancelled'))
       order by users.id`,
    )
    .all(importId)
}

/** Whether an import stands, was undone, or never was. */
export function importStatus(trx: Trx, importId: number): 'applied' | 'undone' | undefined {
  return transactionState(trx)
    .raw.prepare<[number], 'applied' | 'undone'>('select state from imports where id = ?')
    .pluck()
    .get(importId)
}

export interface LetterRow {
  messageId: string
  userId: number
  toAddress: string
  toName: string
  fields: string
  expiresAt: string
}

/** Queues one letter for many people; compiled once, so that a hundred thousand take a second. */
export function queueLetters(
  trx: Trx,
  {
    letter,
    subject,
    importId,
    at,
    rows,
  }: { letter: string; subject: string; importId: number; at: Date; rows: Iterable<LetterRow> },
): number {
  const { raw, owed } = transactionState(trx)
  const insert = raw.prepare(
    `insert into outbox (message_id, user_id, import_id, to_address, to_name, letter, subject, fields,
       state, created_at, expires_at)
     values (@messageId, @userId, @importId, @toAddress, @toName, @letter, @subject, @fields,
       'queued', @createdAt, @expiresAt)`,
  )
  const createdAt = at.toISOString()
  let count = 0
  for (const row of rows) {
    owed.push(Number(insert.run({ ...row, letter, subject, importId, createdAt }).lastInsertRowid))
    count += 1
  }
  return count
}
