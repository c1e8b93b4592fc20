import { failureOfStore } from '../../db/store/errors.ts'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { keyFileFor, storeAddress } from '../../config.ts'
import type { Copied } from '../../db/store/copy-tables.ts'
import type { StoreFacts } from '../../db/store/facts.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { changedMeanwhile, CommitUnknown, Failure, Refused } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'
import { count, markedAnswer } from '../../render/text.ts'
import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { recordStoreCopy } from '../../rules/store/events.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { checkOutputFile, type OutputFile, refuseWithoutRoom } from '../../cli/output-file.ts'
import { flag, requiredOption } from '../../cli/parameters.ts'
import { startProgress } from '../../cli/progress.ts'
import { confirm } from '../../cli/confirm.ts'
import { type Session, withStore } from '../../cli/session.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'

/** Of no other kind: the store is copied within its own transaction, and the copy counts even if the commit fails. */
export const copy = () =>
  command({
    name: 'copy',
    summary: 'copy the store to another place, a file or a server',
    description:
      'Copy the whole store to another place: from a file to a server of PostgreSQL, from there into a file, or into another file. Nobody can change the store meanwhile. It is done once every table has as many rows there as here and the audit log ends in the same row. The store itself stays as it is, and the copy has the same key.',
    options: {
      to: requiredOption('<place>', 'a file that is not there yet, or postgres://user@host/database'),
      withoutContent: flag('leave out the bytes of resources and help documents; all else of them is there'),
    },
    examples: ['ssh-admin store copy --to moved.db --yes'],
    changes: true,
    run: async ({ to: typed, withoutContent }, session) => {
      const { dryRun } = session.common
      const db = session.settings.db.value
      const to = storeAddress(typed, { context: session.context, flag: '--to' })
      // Shown as typed.
      const file = typed.startsWith('~/') ? to : typed
      const output = isServerAddress(to) ? undefined : await newFile(file, session)
      const { bytesToCopy, recordHeadOfCopy, rehearseCopy } = await import('../../db/store/copy.ts')
      return withStore(session, dryRun ? 'rehearse' : 'use', async (store) => {
        const copying = { store, session, to, output, withoutContent }
        const { facts, key, existing } = await session.rehearse(store, (trx, ctx) =>
          inspect(copying, { trx, ctx }),
        )
        const recordHead = ({ head }: Copied, { isNew }: { isNew: boolean }) => {
          const { headFile } = store
          if (head)
            recordHeadOfCopy(head, {
              to,
              keyFile: key.destination,
              headFile,
              isNew,
              env: session.context.env,
            })
        }
        if (existing) {
          if (!dryRun) recordHead(existing, { isNew: false })
          return answerOf(copying, { counts: existing.counts, copied: existing, key, changed: false })
        }
        if (output) refuseWithoutRoom(output.path, await bytesToCopy(store, { withoutContent }))
        await rehearseCopy(to)
        await confirm(session, question({ db, to, facts }))
        // With --yes there is no confirmation that a change in between could invalidate.
        const agreed = session.common.yes ? undefined : facts
        const copied = dryRun ? undefined : await copyAll(copying, agreed)
        if (copied) recordHead(copied, { isNew: true })
        const counts = copied?.counts ?? countsOf(facts)
        return answerOf(copying, { counts, copied, key, changed: true })
      })
    },
  })

function answerOf(
  copying: Copying,
  {
    counts,
    copied,
    key,
    changed,
  }: { counts: Counts; copied: RecordedCopy | undefined; key: KeyPlaces; changed: boolean },
): AnswerOfChange {
  const { session, to, withoutContent } = copying
  const db = session.settings.db.value
  const done = session.common.dryRun ? 'Would copy' : 'Copied'
  const lines = [
    changed
      ? `${done} the store ${pathInWords(db)} to ${pathInWords(to)}: ${inWords(counts)}.`
      : `The copy of the store ${pathInWords(db)} is at ${pathInWords(to)} already: ${inWords(counts)}.`,
    ...(copied ? proof(copied) : []),
    ...(withoutContent
      ? ['The bytes of resources and help documents are not in it: they cannot be downloaded there.']
      : []),
    ...keyLines(copying, key),
    'The store that was copied is as it was: go on with one of the two.',
  ]
  const rows = copied ? sumOf(copied) : null
  const json = { store: db, to, counts, rows, head: copied?.head ?? null, keyFile: key.source }
  return {
    text: markedAnswer(lines.join('\n'), { changed, view: session.terminal.out }),
    json: { ...json, keyFileOfCopy: key.destination, withoutContent, changed },
  }
}

interface Copying {
  store: OpenStore
  session: Session
  to: string
  /** Undefined for a copy on a server. */
  output: OutputFile | undefined
  withoutContent: boolean
}

/** The copy's file; an existing one, or leftovers beside it, are refused. */
async function newFile(file: string, session: Session): Promise<OutputFile> {
  const output = await checkOutputFile(session, { kind: 'backup', file, flag: '--to', asksLater: true })
  for (const part of ['', '-wal', '-journal']) {
    const path = `${output.path}${part}`
    if (!existsSync(path)) continue
    throw new Refused('store-exists', `There is a file ${path} already.`, {
      hint: 'It stays as it is. Name a file that is not there.',
    })
  }
  return output
}

interface KeyPlaces {
  source: string
  /** The default path of the copy's key. */
  destination: string
  /** Whether both stores use the same key path. After a rekey of one, the old key is kept beside it. */
  isOne: boolean
}

async function inspect(
  copying: Copying,
  { trx, ctx }: { trx: Trx; ctx: RuleContext },
): Promise<{ facts: StoreFacts; key: KeyPlaces; existing: RecordedCopy | undefined }> {
  const { store, session, to } = copying
  const { storeFacts } = await import('../../db/store/facts.ts')
  const { fileOfKey } = await import('../../db/store/keys.ts')
  const facts = await storeFacts(trx)
  const existing = isServerAddress(to)
    ? await existingCopy(copying, { trx, note: () => recordStoreCopy(trx, { to, ctx }) })
    : undefined
  if (!existing) await recordStoreCopy(trx, { to, ctx })
  const destination = keyFileFor(to, {
    settings: session.settings,
    context: session.context,
    storeId: facts.storeId,
  })
  const isOne = resolve(store.keyFile) === resolve(destination)
  return { facts, key: { source: fileOfKey(store), destination, isOne }, existing }
}

/** Finds a complete copy whose commit was not confirmed; its log has the event, which this one's may lack. */
async function existingCopy(
  { store, session, to, withoutContent }: Copying,
  { trx, note }: { trx: Trx; note: () => Promise<void> },
): Promise<RecordedCopy | undefined> {
  const { extentOf, isSameStore, isStoreItself } = await import('../../db/store/copy.ts')
  const { storeFacts } = await import('../../db/store/facts.ts')
  const copy = await session.open('read', { path: to }).catch((error: unknown) => {
    // An unusable destination is reported when the copy is made.
    if (error instanceof Failure) return undefined
    throw error
  })
  if (!copy) return undefined
  try {
    if (await isStoreItself(store, trx, copy)) return undefined
    const extent = await extentOf(copy.db, { withoutContent })
    const isRecorded = isSameStore(await extentOf(trx, { withoutContent }), extent)
    if (!isRecorded) {
      await note()
      if (!isSameStore(await extentOf(trx, { withoutContent }), extent)) return undefined
    }
    const { events, ...counts } = countsOf(await storeFacts(copy.db))
    return { ...extent, isRecorded, counts: { ...counts, events: events - 1 } }
  } finally {
    await copy.close()
  }
}

interface RecordedCopy extends Copied {
  counts: Counts
  /** Whether this store's log has the event too, as its last row; undefined if not known yet. */
  isRecorded: boolean | undefined
}

/** Copies everything, including the event about the copy, which ends both logs. */
async function copyAll(
  { store, session, to, output, withoutContent }: Copying,
  agreed: StoreFacts | undefined,
): Promise<RecordedCopy> {
  const { copyStore } = await import('../../db/store/copy.ts')
  const { storeFacts } = await import('../../db/store/facts.ts')
  const { interruption } = session.context
  const progress = await startProgress(session.terminal, 'Copying …')
  const onRows = (copied: number) => progress.say(`Copying: ${count(copied, 'row')} …`)
  let copied: (Copied & { counts: Counts }) | undefined
  let isRecorded: boolean | undefined = true
  try {
    await session.commit(store, async (trx, ctx) => {
      const facts = await storeFacts(trx)
      if (agreed && JSON.stringify(facts) !== JSON.stringify(agreed)) throw changedMeanwhile()
      await recordStoreCopy(trx, { to, ctx })
      const writeInPlace = async (writeTo: (path: string) => Promise<void>) => {
        await output?.prepare({ writeTo })
        await output?.moveIntoPlace()
      }
      const copying = { to, withoutContent, interruption, onRows, writeInPlace }
      copied = { ...(await copyStore(store, trx, copying)), counts: countsOf(facts) }
    })
  } catch (error) {
    if (!copied) throw error
    isRecorded = error instanceof CommitUnknown ? undefined : false
    const reason = error instanceof Error ? ` ${(failureOfStore(error) ?? error).message}` : ''
    const status =
      isRecorded === undefined
        ? 'whether the audit log here names it is not known.'
        : 'the audit log here does not name it.'
    session.notify({ code: 'not-recorded', message: `The copy is in its place; ${status}${reason}` })
  } finally {
    progress.stop()
  }
  if (!copied) throw new Error('a copy was made and is nowhere')
  return { ...copied, isRecorded }
}

function question({ db, to, facts }: { db: string; to: string; facts: StoreFacts }): string {
  return `Copy ${pathInWords(db)} to ${pathInWords(to)}? That is ${inWords(countsOf(facts))}. Nobody can change the store meanwhile.`
}

interface Counts {
  centres: number
  users: number
  events: number
}

function countsOf({ centres, users, auditRows }: StoreFacts): Counts {
  return {
    centres: centres.live + centres.deleted,
    users: users.invited + users.active + users.suspended + users.deleted,
    // Includes the event of the copy itself.
    events: auditRows + 1,
  }
}

function inWords({ centres, users, events }: Counts): string {
  return `${count(centres, 'centre')}, ${count(users, 'user')} and ${count(events, 'event')} of the audit log`
}

function sumOf({ rows }: Copied): number {
  return Object.values(rows).reduce((sum, some) => sum + some, 0)
}

function proof(copied: RecordedCopy): string[] {
  const tables = Object.keys(copied.rows).length
  return [
    `There are ${count(sumOf(copied), 'row')} in ${count(tables, 'table')}, as many there as here.`,
    copied.isRecorded
      ? `The audit log ends in the same row in both: ${copied.head?.events} ${copied.head?.head}`
      : `The audit log there ends with the copy, which the one here ${copied.isRecorded === undefined ? 'may name' : 'does not name'}.`,
  ]
}

function keyLines({ session }: Copying, { source, destination, isOne }: KeyPlaces): string[] {
  if (session.settings.keyCommand.value !== undefined) return []
  if (isOne || existsSync(destination))
    return [`The key is not in it: the copy has the same one, ${pathInWords(isOne ? source : destination)}`]
  return [
    'The key is not in it: the copy has the same one. To put it beside it:',
    `cp ${shellWord(source)} ${shellWord(destination)}`,
  ]
}
