import { findTemplate, removeTemplate, saveTemplate } from '../db/templates.ts'
import type { Trx } from '../db/transact.ts'
import { hintOfNearest, NotFound } from '../errors.ts'
import { similarNames } from './unknown-name.ts'
import type { RuleContext } from './permissions/actor.ts'
import { isLetterName, type LetterName, letters, type LetterWords, subjectOf } from './mail/letters.ts'
import { permit } from './permissions/decide.ts'
import { appendAudit } from './audit/append.ts'
import { insertMessage, setSubjectOfWaiting } from '../db/outbox.ts'
import type { OutboxRow } from '../db/schema.ts'
import { parseNewAddress } from './users/email.ts'

interface Editing {
  letter: LetterName
  /** The new words, which the caller has checked. */
  template: LetterWords
  /** The words as shipped, which apply until staff change them. */
  shipped: LetterWords
  ctx: RuleContext
}

interface EditedTemplate {
  letter: LetterName
  changed: boolean
}

interface ResetTemplate extends EditedTemplate {
  /** The changed words that the reset removes. */
  was?: LetterWords
}

/** Changes the words of a letter, without a software release [notes on the workbook, 'E-mail Templates']. */
export async function editTemplate(
  trx: Trx,
  { letter, template, shipped, ctx }: Editing,
): Promise<EditedTemplate> {
  const { actor, at } = ctx
  permit(ctx, 'templates.edit', { name: letter })
  const present = (await findTemplate(trx, letter)) ?? shipped
  const { subject, text, html } = template
  if (present.subject === subject && present.text === text && present.html === html) {
    return { letter, changed: false }
  }

  const edited_by = actor.kind === 'user' ? actor.email : actor.operator
  await saveTemplate(trx, { name: letter, subject, text, html, edited_at: at.toISOString(), edited_by })
  await setSubjectOfWaiting(trx, { letter, subject })
  await appendAudit(trx, { ...ctx, action: 'templates.edited', facts: { letter } })
  return { letter, changed: true }
}

/** Gives a letter its shipped words back. */
export async function resetTemplate(
  trx: Trx,
  { letter, ctx }: { letter: LetterName; ctx: RuleContext },
): Promise<ResetTemplate> {
  permit(ctx, 'templates.reset', { name: letter })
  const present = await findTemplate(trx, letter)
  if (!present) return { letter, changed: false }

  await removeTemplate(trx, letter)
  await setSubjectOfWaiting(trx, { letter, subject: letters[letter].subject })
  await appendAudit(trx, { ...ctx, action: 'templates.reset', facts: { letter } })
  const { subject, text, html } = present
  return { letter, changed: true, was: { subject, text, html } }
}

/** @throws `template-not-found`, naming the nearest */
export function findLetterName(name: string): LetterName {
  if (isLetterName(name)) return name
  const known = Object.keys(letters)
  const candidates = similarNames(name, known)
  throw new NotFound('template-not-found', `There is no template '${name}'.`, {
    hint: hintOfNearest(candidates) ?? `One of: ${known.join(', ')}.`,
    details: { wanted: name, candidates },
  })
}

interface Preview {
  letter: LetterName
  email: string
  /** The values of the letter's fields, for an invented person. */
  sample: Readonly<Record<string, string>>
  ctx: RuleContext
}

/** Queues a letter in its present words about an invented person; its links and PIN open nothing. */
export async function previewLetter(trx: Trx, { letter, email, sample, ctx }: Preview): Promise<OutboxRow> {
  const { at, random } = ctx
  permit(ctx, 'templates.edit', { name: letter })
  const to = parseNewAddress(email).email
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
    ...ctx,
    action: 'templates.previewed',
    kind: 'event',
    subject: to,
    facts: { letter },
  })
  return row
}
