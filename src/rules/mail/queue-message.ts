import type { Kysely } from 'kysely'
import { issueCredential } from '../../db/credentials.ts'
import { lettersWaitingFor, type Recipient } from '../../db/messages.ts'
import { insertMessage } from '../../db/outbox.ts'
import { subjectOr } from '../../db/templates.ts'
import type { OutboxRow, Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { isErased } from '../../db/users/users.ts'
import { lifetimes } from '../credentials/lifetimes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { refuseWithoutCentre } from '../refusals.ts'
import type { Account } from '../users/account.ts'
import { type LetterName, letters } from './letters.ts'

interface Letter {
  letter: LetterName
  to: {
    id: number
    email: string
    firstName: string
    lastName: string
    /** The recipient's present centre. */
    centre: { name: string; number: string } | null
  }
  /** Further fields of the letter; never a secret. */
  fields?: Readonly<Record<string, string>>
}

/**
 * Queues a letter as an outbox row, in the transaction of the change. The credential that the letter carries is issued
 * anew, and unused older ones of its purpose are void. Nothing is queued for an erased person.
 */
export async function queueMessage(
  trx: Trx,
  { actor, at, random }: RuleContext,
  letter: Letter,
): Promise<void> {
  const { to, fields = {} } = letter
  const { credential, subject } = letters[letter.letter]
  if (isErased(to)) return
  const issued = credential
    ? await issueCredential(trx, {
        userId: to.id,
        purpose: credential,
        at,
        random,
        lifetime: lifetimes[credential],
      })
    : undefined
  const texts = {
    firstName: to.firstName,
    lastName: to.lastName,
    email: to.email,
    centreName: to.centre?.name ?? '',
    centreNumber: to.centre?.number ?? '',
    sender: actor.kind === 'user' ? actor.email : '',
    ...fields,
  }
  await insertMessage(trx, {
    message_id: random(12).toString('hex'),
    user_id: to.id,
    credential_id: issued?.id ?? null,
    import_id: null,
    to_address: to.email,
    to_name: headerText(`${to.firstName} ${to.lastName}`),
    letter: letter.letter,
    subject: subjectOr(subject, { letter: letter.letter }),
    fields: Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, headerText(value)])),
    created_at: at.toISOString(),
    next_try_at: null,
    expires_at: issued?.expiresAt ?? null,
  })
}

/** A queued letter with the recipient's present name and centre, which may have changed while it waited. */
export function withCurrentRecipient<Row extends Pick<OutboxRow, 'fields' | 'to_name'>>(
  row: Row,
  { firstName, lastName, centreName, centreNumber }: Recipient,
): Row {
  const now = { firstName, lastName, centreName, centreNumber }
  const texts = Object.entries(now).map(([name, value]) => [name, headerText(value)])
  return {
    ...row,
    to_name: headerText(`${firstName} ${lastName}`),
    fields: JSON.stringify({ ...JSON.parse(row.fields), ...Object.fromEntries(texts) }),
  }
}

/** Whether a message to the user waits for `mail send`; what the running batch sends at its end does not count. */
export async function hasWaitingMessage(
  db: Kysely<Store>,
  { userId, ctx }: { userId: number; ctx: Pick<RuleContext, 'willDeliver'> },
): Promise<boolean> {
  const waiting = await lettersWaitingFor(db, userId)
  return waiting.some(({ id }) => !ctx.willDeliver?.(id))
}

/** Queues the letter with which an invited user sets up a password; unused earlier credentials of its kind are void. */
export async function queueSetUpMessage(
  trx: Trx,
  { account, ctx }: { account: Account; ctx: RuleContext },
): Promise<void> {
  refuseWithoutCentre(account)
  await queueMessage(trx, ctx, { letter: setUpLetterFor(account), to: account })
}

/** With a hub role the set-up message, with service roles only the invitation [My Cambridge help]. */
function setUpLetterFor({ hubRole }: Account): LetterName {
  if (hubRole === null) return 'invitation'
  return hubRole === 'coordinator' ? 'coordinator-set-up' : 'account-set-up'
}

/**
 * Matches nearly every text, which spares it `invisibleCharacters`: compiling that takes longer than the rest of a
 * message.
 */
const plainHeader = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]*$/
const invisibleCharacters = () => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu

/** A name or subject as one line, without line breaks, invisible characters or changes of the writing direction. */
export function headerText(text: string): string {
  if (plainHeader.test(text) && !text.includes('  ')) return text.trim()
  return text.replace(invisibleCharacters(), ' ').replace(/\s+/gu, ' ').trim()
}
