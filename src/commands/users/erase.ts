import { basename } from 'node:path'
import { mentionsInFileName, type WrittenAddress } from '../../db/users/mentions.ts'
import { changedMeanwhile } from '../../cli/mutation.ts'
import { confirm } from '../../cli/prompt.ts'
import { erasureJson, renderErasure } from '../../render/erasure.ts'
import { type Erasure, eraseUser, recordLeft } from '../../rules/users/erase.ts'
import { typedAddress } from '../../rules/users/email.ts'
import { rehearsed } from '../../cli/action.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'
import type { Session, WorkFor } from '../../cli/session.ts'

export const erase = () =>
  command({
    name: 'erase',
    summary: 'erase the name and address of a deleted user',
    description: `Erase the name and address of a deleted user, because they ask for it: from the store, the audit log, the messages and the mail directory. It cannot be undone.
The audit log goes on saying what happened, without saying to whom, and that this was done. It says what it cannot reach.`,
    args: { email: orName('deleted-user', argument('the address or name of the deleted user')) },
    examples: ['ssh-admin users erase zaid@school.example --yes'],
    changes: true,
    run: eraseFor,
  })

async function eraseFor({ email }: { email: string }, session: Session): Promise<AnswerOfChange> {
  const address = typedAddress(email)
  const { dryRun, yes } = session.common
  const asks = !dryRun && !yes
  const { messagesNaming, removeFiles } = await import('../../mail/written-messages.ts')
  const mailDir = session.settings.mailDir.value ?? ''
  const left = async (addresses: readonly WrittenAddress[]) => {
    const { others } = await messagesNaming(mailDir, addresses)
    return others.map(
      (file) => `${toOthers}: ${basename(file).replace(mentionsInFileName(addresses), '(erased)')}`,
    )
  }
  const store = await session.open(dryRun ? 'rehearse' : 'use')
  try {
    const erasing: WorkFor<Erasure> = (trx, ctx) => eraseUser(trx, { email: address.email, left, ctx })
    const rehearsed = await session.rehearse(store, erasing)
    const named = await messagesNaming(mailDir, rehearsed.addresses)
    const files = [...new Set([...rehearsed.files, ...named.theirs])]
    const found = [...rehearsed.left, ...named.others.map((file) => `${toOthers}: ${file}`)]
    if (dryRun) return answerOf(session, { erasure: rehearsed, files: files.length, left: found })
    const isThere = rehearsed.accounts > 0 || files.length > 0
    if (asks && isThere) await confirm(session, questionAbout(address.email, rehearsed))
    store.engine.overwriteWhatGoes()
    const { result: erasure } = await session.commit(store, async (trx, ctx) => {
      const erased = await erasing(trx, ctx)
      if (asks && comparable(erased) !== comparable(rehearsed)) throw changedMeanwhile()
      // The files first: whoever is stopped in between finds the account again, and erases the rest.
      await removeFiles(files)
      return erased
    })
    if (!(await store.engine.scrub())) {
      found.push(traces)
      await session.commit(store, (trx, ctx) => recordLeft(trx, { left: [traces], ctx }))
    }
    return answerOf(session, { erasure, files: files.length, left: found })
  } finally {
    await store.close()
  }
}

const toOthers = 'a message to somebody else that names them'
const traces =
  'traces in the file of the store, which another program has open: erase them again once it has ended'

function questionAbout(email: string, { accounts, events }: Erasure): string {
  const many = accounts === 1 ? 'one deleted account' : `${accounts} deleted accounts`
  return `Erase the name and address of ${email} (${many}, ${events} events)? This cannot be undone.`
}

function comparable({ accounts, events, messages, files }: Erasure): string {
  return JSON.stringify([accounts, events, messages, files])
}

function answerOf(
  { terminal, common: { dryRun } }: Session,
  erased: { erasure: Erasure; files: number; left: readonly string[] },
): AnswerOfChange {
  const { out } = terminal
  const json = erasureJson(erased)
  const say = [
    // A terminal reads it in the answer.
    ...(out.isTerminal ? [] : [`Not reached, and for you to see to: ${[...json.left].join('; ')}.`]),
    ...(dryRun ? [rehearsed] : []),
  ]
  return { text: renderErasure(erased, out), json, say }
}
