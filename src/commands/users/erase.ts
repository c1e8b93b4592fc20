import { basename } from 'node:path'
import { mentionsInFileName, type WrittenAddress } from '../../db/users/mentions.ts'
import type { Trx } from '../../db/transact.ts'
import { CommitUnknown } from '../../errors.ts'
import { type Erasure, eraseUser, type FindLeft, recordNotReached } from '../../rules/users/erase.ts'
import { parseAddress } from '../../rules/users/email.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, allowName } from '../../cli/parameters.ts'
import type { View } from '../../render/table.ts'
import { oneLine, tsvLine } from '../../render/clean-text.ts'
import type { JsonOfChange } from '../../render/json.ts'
import { changeMark } from '../../render/text.ts'

export const erase = () =>
  preparedMutation({
    name: 'erase',
    summary: 'erase the name and address of a deleted user',
    description: `Erase the name and address of a deleted user, because they ask for it: from the store, the audit log, the messages and the mail directory. It cannot be undone.
An address that no account has any more can be erased too: one that somebody had before, or that was typed again since.
The audit log goes on saying what happened, without saying to whom, and that this was done. It says what it cannot reach.`,
    args: { email: allowName('deleted-user', argument('the address or name of the deleted user')) },
    examples: ['ssh-admin users erase zaid@school.example --yes'],
    prepare: async ({ email }, { settings }) => ({
      email: parseAddress(email).email,
      mailDir: settings.mailDir.value,
    }),
    act: async (trx, ctx, request, store) => {
      store.engine.enableSecureDelete()
      const { email, mailDir } = request
      return eraseWithFiles(trx, ctx, { email, mailDir: store.ownPath(mailDir) })
    },
    confirm: {
      question: ({ erasure, files }, { request: { email } }) =>
        erasure.changed || files.length > 0 ? questionAbout(email, erasure) : undefined,
      comparable: ({ erasure: { accounts, events, messages }, files }) => [accounts, events, messages, files],
    },
    // After the commit: a repeated erasure finds files that could not be removed.
    afterCommit: async (erased, { session, store }) => {
      const { removeFiles } = await import('../../mail/written-messages.ts')
      const { removed, failed } = await removeFiles(erased.files)
      // The erasure is committed; a failed scrub is only reported.
      const scrubbed = await store.engine.vacuum().catch(() => false)
      const done = { ...erased, files: removed, notRemoved: failed.length }
      // At a second desk the store is erased already, and only files remain: they are recorded on their own.
      const alone = erased.erasure.changed ? 0 : removed.length
      if (scrubbed && failed.length === 0 && alone === 0) return done
      const others = scrubbed ? [] : [store.engine.isShared ? tracesOnServer : traces]
      const { addresses } = erased.erasure
      const left = [...failed.map((file) => notRemovedText(redactedFileName(file, addresses))), ...others]
      await session
        .commit(store, (trx, ctx) => recordNotReached(trx, { left, files: alone, ctx }))
        // The erasure is committed; what could not be recorded is reported.
        .catch((error: unknown) =>
          session.notify({ code: 'not-recorded', message: notRecorded(error instanceof CommitUnknown) }),
        )
      return { ...done, left: [...erased.left, ...failed.map(notRemovedText), ...others] }
    },
    render: renderErasure,
    json: erasureJson,
    say: (erased, { isTerminal }) =>
      // At a terminal the answer has it.
      isTerminal ? [] : [`Not reached, and for you to see to: ${[...erasureJson(erased).left].join('; ')}.`],
    exit: ({ notRemoved }) => (notRemoved > 0 ? 9 : 0),
  })

async function eraseWithFiles(
  trx: Trx,
  ctx: RuleContext,
  { email, mailDir }: { email: string; mailDir: string },
): Promise<Erased> {
  const { findMessageFiles, messagesNaming } = await import('../../mail/written-messages.ts')
  const findLeft: FindLeft = async ({ addresses, files }) => {
    const { others } = await messagesNaming(mailDir, addresses)
    const { notFound } = await findMessageFiles(files, mailDir)
    return [
      ...others.map((file) => `${toOthers}: ${redactedFileName(file, addresses)}`),
      ...notFound.map((note) => `${elsewhere}: ${redactAddresses(note, addresses)}`),
    ]
  }
  const erasure = await eraseUser(trx, { email, findLeft, ctx })
  const named = await messagesNaming(mailDir, erasure.addresses)
  const written = await findMessageFiles(erasure.files, mailDir)
  return {
    erasure,
    files: [...new Set([...written.here, ...named.theirs])],
    notRemoved: 0,
    left: [
      ...erasure.left,
      ...named.others.map((file) => `${toOthers}: ${file}`),
      ...written.notFound.map((note) => `${elsewhere}: ${note}`),
    ],
  }
}

/** What is left after erasing somebody again whom a backup had brought back; message files are not removed. */
export function findLeftAfterRestore(mailDir: string): FindLeft {
  return async ({ addresses, files }) => {
    const { findMessageFiles } = await import('../../mail/written-messages.ts')
    const { here, notFound } = await findMessageFiles(files, mailDir)
    return [
      ...here.map((file) => `${stillHere}: ${redactedFileName(file, addresses)}`),
      ...notFound.map((note) => `${elsewhere}: ${redactAddresses(note, addresses)}`),
    ]
  }
}

function redactedFileName(file: string, addresses: readonly WrittenAddress[]): string {
  return redactAddresses(basename(file), addresses)
}

function redactAddresses(text: string, addresses: readonly WrittenAddress[]): string {
  return addresses.length === 0 ? text : text.replace(mentionsInFileName(addresses), '(erased)')
}

const notRecorded = (unsure: boolean) =>
  unsure
    ? 'Whether the audit log names what was not reached is not known.'
    : 'The audit log does not name what was not reached: it cannot be written to.'
const notRemovedText = (file: string) => `a message to them that could not be removed: ${file}`
const elsewhere =
  'a message to them that is not where it was written; at the desk that has it, the same command removes it'
const stillHere = 'a message to them that is still where it was written; users erase removes it'
const toOthers = 'a message to somebody else that names them'
const traces =
  'traces in the file of the store, which another program has open, or whose disk is full: erase them again once that is over'
const tracesOnServer =
  "traces in the server's files, until it clears them by itself: erased again by the owner of the store, they go at once"

function questionAbout(email: string, { accounts, events, messages }: Erasure): string {
  if (accounts === 0) {
    return `Erase what names ${email} (which no account has; ${events} events, ${messages} messages)? This cannot be undone.`
  }
  const many = accounts === 1 ? 'one deleted account' : `${accounts} deleted accounts`
  return `Erase the name and address of ${email} (${many}, ${events} events)? This cannot be undone.`
}

interface Erased {
  erasure: Erasure
  /** Message files to remove; after the commit, those that were removed. */
  files: readonly string[]
  /** Number of files that could not be removed. */
  notRemoved: number
  /** What was found but could not be erased. */
  left: readonly string[]
}

/** Places outside the store that may hold personal data. */
const placesOutsideStore = [
  'backups of the store',
  'PIN sheets, workbooks, plans and exports that were handed out or saved',
  'messages that were delivered',
  'copies of the mail directory',
  'drafts of what was typed, which each desk keeps for a week',
] as const

function erasureJson({
  erasure: { accounts, events, messages, changed: inStore },
  files: { length: files },
  left,
}: Erased): JsonOfChange<'erasure'> {
  const changed = inStore || files > 0
  return { erased: { accounts, events, messages, files }, left: [...left, ...placesOutsideStore], changed }
}

function renderErasure({ erasure, files: { length: files }, left }: Erased, view: View): string {
  const { accounts, events, messages, changed } = erasure
  if (!view.isTerminal) return tsvLine([accounts, events, messages, files])
  const already = !changed && files === 0
  return [
    already
      ? `${changeMark(false, view)} Nothing to do: they were erased before.`
      : `${changeMark(true, view)} Erased: ${accounts} account${accounts === 1 ? '' : 's'}, named in ${events} event${events === 1 ? '' : 's'} and ${messages} message${messages === 1 ? '' : 's'}.`,
    'Not reached, and for you to see to:',
    ...[...left, ...placesOutsideStore].map((what) => `  - ${oneLine(what)}`),
  ].join('\n')
}
