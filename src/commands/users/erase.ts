import * as z from 'zod'
import { agree } from '../../prompt.ts'
import { erasureJson, renderErasure } from '../../render/erasure.ts'
import { type Erasure, eraseUser } from '../../rules/erase-user.ts'
import { typedAddress } from '../../rules/email.ts'
import { changingCommand, example } from '../command.ts'
import { answer, doing } from '../doing.ts'
import type { Session, WorkFor } from '../session.ts'

const Options = z.object({ email: z.string().transform(typedAddress) })

export const erase = changingCommand('erase')
  .summary('erase the name and address of a deleted user')
  .description(
    `Erase the name and address of a deleted user, because they ask for it: from the store, the audit log, the messages and the mail directory. It cannot be undone.
The audit log goes on saying what happened, without saying to whom, and that this was done. It says what it cannot reach.`,
  )
  .argument('<email>', 'the address of the deleted user')
  .addHelpText('after', example('ssh-admin users erase zaid@school.example --yes'))
  .action(doing(Options, eraseFor))

async function eraseFor({ email: address }: z.infer<typeof Options>, session: Session): Promise<number> {
  const { dryRun, yes } = session.common
  const asks = !dryRun && !yes
  const { messagesNaming, overwriteWhatGoes, removeFiles, scrub } = await import('../../db/erasing.ts')
  const store = await session.open(dryRun ? 'rehearse' : 'use')
  try {
    const erasing: WorkFor<Erasure> = (trx, given) => eraseUser(trx, { email: address.email, given })
    const rehearsed = await session.rehearse(store, erasing)
    if (dryRun) return await tell(session, { erasure: rehearsed, files: rehearsed.files.length, left: [] })
    if (asks) await agree(session, questionAbout(address.email, rehearsed))
    const named = await messagesNaming(session.settings.mailDir.value ?? '', {
      ...address,
      emailKey: address.key,
    })
    // The files first: whoever is stopped in between finds the account again, and erases the rest.
    const files = [...new Set([...rehearsed.files, ...named.theirs])]
    await removeFiles(files)
    overwriteWhatGoes(store)
    const { result: erasure } = await session.commit(store, erasing)
    const left = named.others.map((file) => `a message to somebody else that names them: ${file}`)
    if (!(await scrub(store))) {
      left.push(
        'traces in the file of the store, which another program has open: the next erasing removes them',
      )
    }
    return await tell(session, { erasure, files: files.length, left })
  } finally {
    await store.close()
  }
}

function questionAbout(email: string, { accounts, events }: Erasure): string {
  const many = accounts === 1 ? 'one deleted account' : `${accounts} deleted accounts`
  return `Erase the name and address of ${email} (${many}, ${events} events)? This cannot be undone.`
}

async function tell(
  session: Session,
  erased: { erasure: Erasure; files: number; left: readonly string[] },
): Promise<number> {
  const { dryRun } = session.common
  const { out } = session.terminal
  const json = erasureJson(erased)
  await answer(session, { text: renderErasure(erased, out), json: { ...json, dryRun } })
  // A terminal reads it in the answer.
  if (!out.isTerminal) session.say(`Not reached, and for you to see to: ${json.left.join('; ')}.`)
  if (dryRun) session.say('This was a rehearsal: nothing was changed.')
  return 0
}
