import { insertMessage } from '../../db/outbox.ts'
import type { OutboxRow } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { typedAddress } from '../users/email.ts'
import { type LetterName, subjectOf } from '../mail/letters.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Preview {
  letter: LetterName
  email: string
  /** What the letter says to an invented person. */
  sample: Readonly<Record<string, string>>
  ctx: RuleContext
}

/** Sends a letter as it reads now, about an invented person: nothing in it opens anything. */
export async function previewLetter(trx: Trx, { letter, email, sample, ctx }: Preview): Promise<OutboxRow> {
  const { by, at, random } = ctx
  permit(ctx, 'templates.edit', { name: letter })
  const to = typedAddress(email).email
  const row = await insertMessage(trx, {
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
  await appendAudit(trx, {
    by,
    at,
    action: 'templates.previewed',
    kind: 'event',
    subject: to,
    facts: { letter },
  })
  return row
}
