import { newUsersWithoutLetter, queueLetters } from '../../db/imports/activation-letters.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import { findImportByNumber } from '../imports.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { endOfPin } from '../credentials/lifetimes.ts'
import { subjectOf } from './letters.ts'
import { headerText } from './queue-message.ts'
import { permit } from '../permissions/decide.ts'

/**
 * Queues for each new user of an import the letter that says how to use the PIN; the letter contains no PIN. Users who
 * were sent it already, or have activated their account since, are left out.
 * @returns how many letters were queued
 */
export async function queueActivationLetters(
  trx: Trx,
  { importId, ctx }: { importId: number; ctx: RuleContext },
): Promise<number> {
  const { actor, at, random } = ctx
  const letter = 'account-activation'
  const subject = await subjectOf(trx, letter)
  const batch = random(8).toString('hex')
  const sender = actor.kind === 'user' ? actor.email : ''
  const letters = (await newUsersWithoutLetter(trx, importId)).map((user) => {
    const { id, email, pinIssuedAt } = user
    const firstName = headerText(user.firstName)
    const lastName = headerText(user.lastName)
    const centreName = headerText(user.centreName)
    const fields = { firstName, lastName, email, centreName, centreNumber: user.centreNumber, sender }
    return {
      messageId: `${batch}${id.toString(16).padStart(8, '0')}`,
      userId: id,
      toAddress: email,
      toName: `${firstName} ${lastName}`.trim(),
      fields: JSON.stringify(fields),
      expiresAt: endOfPin(pinIssuedAt),
    }
  })
  return queueLetters(trx, { letter, subject, importId, at, letters })
}

/** Queues the letters of an earlier import. @throws `import-not-found`, `import-undone` */
export async function queueLettersOfImport(
  trx: Trx,
  { importId, ctx }: { importId: number; ctx: RuleContext },
): Promise<number> {
  const { state } = await findImportByNumber(trx, importId)
  permit(ctx, 'mail.send', { name: `import ${importId}` })
  if (state === 'undone')
    throw new Refused('import-undone', `Import ${importId} was taken back: it has no users.`)
  return queueActivationLetters(trx, { importId, ctx })
}
