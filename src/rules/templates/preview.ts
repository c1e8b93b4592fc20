import { queueMessage } from '../../db/outbox.ts'
import type { OutboxRow } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import type { Given } from '../permissions/actor.ts'
import { typedAddress } from '../users/email.ts'
import { type LetterName, subjectOf } from '../mail/letters.ts'
import { permit } from '../permissions/decide.ts'
import { record } from '../audit/append.ts'

interface Preview {
  letter: LetterName
  email: string
  /** What the letter says to an invented person. */
  sample: Readonly<Record<string, string>>
  given: Given
}

/** Sends a letter as it reads now, about an invented person: nothing in it opens anything. */
export async function previewLetter(trx: Trx, { letter, email, sample, given }: Preview): Promise<OutboxRow> {
  const { by, at, random } = given
  permit(given, 'templates.edit', { name: letter })
  const to = typedAddress(email).email
  const row = await queueMessage(trx, {
    message_id: random(12).toString('hex'),
    user_id: null,
    credential_id: null,
    import_id: null,
    to_address: to,
    to_name: '',
    letter,
    subject: `Preview: ${await subjectOf(trx, letter)}`,
    fields: sample,
    created_at: at.toISOString(),
    next_try_at: null,
    expires_at: null,
  })
  await record(trx, { by, at, action: 'templates.previewed', kind: 'event', subject: to, facts: { letter } })
  return row
}
