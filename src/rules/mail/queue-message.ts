import type { Kysely } from 'kysely'
import { issueCredential } from '../../db/credentials.ts'
import { lettersWaitingFor } from '../../db/messages.ts'
import { insertMessage } from '../../db/outbox.ts'
import { subjectOr } from '../../db/templates.ts'
import type { CredentialPurpose, Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { isErased } from '../../db/users/users.ts'
import { lifetimes } from '../credentials/lifetimes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type LetterName, letters } from './letters.ts'

export type { LetterName }

interface Letter {
  letter: LetterName
  to: {
    id: number
    email: string
    firstName: string
    lastName: string
    /** Theirs, as it is now. */
    centre: { name: string; number: string } | null
  }
  /** What the letter lets its reader do: issued new, older unused ones of this purpose void. Each letter has its own by default. */
  credential?: CredentialPurpose
  /** What else the letter says; never a secret. */
  fields?: Readonly<Record<string, string>>
  importId?: number
}

/** Owes somebody a letter: an outbox row in the transaction of the change. Whoever was erased is owed none. */
export async function queueMessage(trx: Trx, { by, at, random }: RuleContext, letter: Letter): Promise<void> {
  const { to, fields = {}, importId, credential = letters[letter.letter].credential } = letter
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
  const said = {
    firstName: to.firstName,
    lastName: to.lastName,
    email: to.email,
    centreName: to.centre?.name ?? '',
    centreNumber: to.centre?.number ?? '',
    sender: by.kind === 'user' ? by.email : '',
    ...fields,
  }
  await insertMessage(trx, {
    message_id: random(12).toString('hex'),
    user_id: to.id,
    credential_id: issued?.id ?? null,
    import_id: importId ?? null,
    to_address: to.email,
    to_name: headerText(`${to.firstName} ${to.lastName}`),
    letter: letter.letter,
    subject: subjectOr(letters[letter.letter].subject, { letter: letter.letter }),
    fields: Object.fromEntries(Object.entries(said).map(([name, value]) => [name, headerText(value)])),
    created_at: at.toISOString(),
    next_try_at: null,
    expires_at: issued?.expiresAt ?? null,
  })
}

/** Whether a message to them waits to be sent by somebody: what a batch owes goes out by itself, at its end. */
export async function messageWaits(
  db: Kysely<Store>,
  { userId, ctx }: { userId: number; ctx: Pick<RuleContext, 'willDeliver'> },
): Promise<boolean> {
  const waiting = await lettersWaitingFor(db, userId)
  return waiting.some(({ id }) => !ctx.willDeliver?.(id))
}

/** As nearly all are; what is below takes longer to read than the rest of a message. */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u05ff]*$/
const unseen = () => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu

/** A name or subject as one line: nothing that ends a header, hides, or turns the writing round. */
export function headerText(text: string): string {
  if (plain.test(text) && !text.includes('  ')) return text.trim()
  return text.replace(unseen(), ' ').replace(/\s+/gu, ' ').trim()
}
