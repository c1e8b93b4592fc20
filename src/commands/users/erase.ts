import { basename } from 'node:path'
import { mentionsInFileName, type WrittenAddress } from '../../db/users/mentions.ts'
import type { Trx } from '../../db/transact.ts'
import { type Erased, erasureJson, renderErasure } from '../../render/erasure.ts'
import { type Erasure, eraseUser, recordLeft } from '../../rules/users/erase.ts'
import { typedAddress } from '../../rules/users/email.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, orName } from '../../cli/parameters.ts'

export const erase = () =>
  preparedMutation({
    name: 'erase',
    summary: 'erase the name and address of a deleted user',
    description: `Erase the name and address of a deleted user, because they ask for it: from the store, the audit log, the messages and the mail directory. It cannot be undone.
The audit log goes on saying what happened, without saying to whom, and that this was done. It says what it cannot reach.`,
    args: { email: orName('deleted-user', argument('the address or name of the deleted user')) },
    examples: ['ssh-admin users erase zaid@school.example --yes'],
    prepare: async ({ email }, { settings }) => ({
      email: typedAddress(email).email,
      mailDir: settings.mailDir.value ?? '',
    }),
    act: async (trx, ctx, request, store) => {
      store.engine.overwriteWhatGoes()
      return eraseWithFiles(trx, ctx, request)
    },
    confirm: {
      question: ({ erasure, files }, { request: { email } }) =>
        erasure.accounts > 0 || files.length > 0 ? questionAbout(email, erasure) : undefined,
      comparable: ({ erasure: { accounts, events, messages }, files }) => [accounts, events, messages, files],
    },
    // The files first: whoever is stopped in between finds the account again, and erases the rest.
    beforeCommit: async ({ files }) => {
      const { removeFiles } = await import('../../mail/written-messages.ts')
      await removeFiles(files)
    },
    afterCommit: async (erased, { session, store }) => {
      if (await store.engine.scrub()) return erased
      await session
        .commit(store, (trx, ctx) => recordLeft(trx, { left: [traces], ctx }))
        // They are erased: what is left is told all the same.
        .catch(() => session.notify({ code: 'not-recorded', message: notRecorded }))
      return { ...erased, left: [...erased.left, traces] }
    },
    render: renderErasure,
    json: erasureJson,
    say: (erased, { isTerminal }) =>
      // A terminal reads it in the answer.
      isTerminal ? [] : [`Not reached, and for you to see to: ${[...erasureJson(erased).left].join('; ')}.`],
  })

async function eraseWithFiles(
  trx: Trx,
  ctx: RuleContext,
  { email, mailDir }: { email: string; mailDir: string },
): Promise<Erased> {
  const { messagesNaming } = await import('../../mail/written-messages.ts')
  const left = async (addresses: readonly WrittenAddress[]) => {
    const { others } = await messagesNaming(mailDir, addresses)
    return others.map(
      (file) => `${toOthers}: ${basename(file).replace(mentionsInFileName(addresses), '(erased)')}`,
    )
  }
  const erasure = await eraseUser(trx, { email, left, ctx })
  const named = await messagesNaming(mailDir, erasure.addresses)
  return {
    erasure,
    files: [...new Set([...erasure.files, ...named.theirs])],
    left: [...erasure.left, ...named.others.map((file) => `${toOthers}: ${file}`)],
  }
}

const notRecorded = 'The audit log does not name what was not reached: it cannot be written to.'
const toOthers = 'a message to somebody else that names them'
const traces =
  'traces in the file of the store, which another program has open: erase them again once it has ended'

function questionAbout(email: string, { accounts, events }: Erasure): string {
  const many = accounts === 1 ? 'one deleted account' : `${accounts} deleted accounts`
  return `Erase the name and address of ${email} (${many}, ${events} events)? This cannot be undone.`
}
