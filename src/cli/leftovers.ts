import { existsSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { configFilePath, draftsFolder } from '../config.ts'
import {
  removeAbandoned,
  unfinishedOutputsIn,
  isNote,
  outputNotes,
  pathsOfStoreFile,
  removeEndedNotes,
} from './output-notes.ts'
import { deleteUnfinishedSheets, unfinishedSheets, unfinishedUploads } from '../db/leftovers.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { statusOfOwner, type UnfinishedFile, unfinishedIn } from '../unfinished-files.ts'
import { count } from '../render/text.ts'
import type { Session } from './session.ts'

type LeftoverScope = Pick<Session, 'settings' | 'context'>

/**
 * This program's unfinished files: beside the store and its key, in the mail folder, in the current folder, beside the
 * configuration, where imports write their sheets, and wherever a note names an output. A store that is older than the
 * program, or was just restored, cannot tell where imports write.
 */
export async function unfinishedFiles(
  scope: LeftoverScope,
  store?: Pick<OpenStore, 'db' | 'ownPath'>,
): Promise<UnfinishedFile[]> {
  const notes = outputNotes(scope)
  const noted = { sheets: await unfinishedSheetsOf(store), notes }
  return [
    ...findUnfinished(noted, scope, store),
    // Notes whose process is running are left out.
    ...notes.filter(({ path }) => statusOfOwner(path) !== 'running'),
  ]
}

type UnfinishedSheets = Awaited<ReturnType<typeof unfinishedSheets>>

async function unfinishedSheetsOf(store: Pick<OpenStore, 'db'> | undefined): Promise<UnfinishedSheets> {
  return store ? unfinishedSheets(store.db) : []
}

interface RecordedOutputs {
  sheets: UnfinishedSheets
  notes: ReturnType<typeof outputNotes>
}

function findUnfinished(
  { sheets, notes }: RecordedOutputs,
  { settings, context }: LeftoverScope,
  store: Pick<OpenStore, 'ownPath'> = { ownPath: (path) => path },
): UnfinishedFile[] {
  const keyFile = store.ownPath(settings.keyFile.value)
  const stores = pathsOfStoreFile({ settings })
  const found = [
    ...[...stores, keyFile].flatMap((file) => unfinishedIn(dirname(file), [`${basename(file)}.`])),
    ...unfinishedIn(store.ownPath(settings.mailDir.value), ['']),
    ...unfinishedOutputsIn([
      ...[context.cwd, dirname(configFilePath(context))],
      ...stores.map((path) => dirname(path)),
      ...[...sheets, ...notes].flatMap(({ unfinished }) => (unfinished === '' ? [] : [dirname(unfinished)])),
    ]),
  ]
  return [...new Map(found.map((file) => [file.path, file])).values()].filter(({ path }) => !isNote(path))
}

/**
 * Removes files that a command surely abandoned, and says so; a file that may still be written stays. Never fails: the
 * change before it is committed already, and the next change removes what is left.
 */
export async function removeLeftovers(
  session: LeftoverScope & Pick<Session, 'notify'>,
  store?: OpenStore,
): Promise<void> {
  await removeAllLeftovers(session, store).catch(() => undefined)
}

async function removeAllLeftovers(
  session: LeftoverScope & Pick<Session, 'notify'>,
  store: OpenStore | undefined,
): Promise<void> {
  const hasNoSheets = store?.engine.server?.storeState.hasUnfinishedSheets === false
  const noted = hasNoSheets ? [] : await unfinishedSheetsOf(store)
  const notes = outputNotes(session)
  removeAbandoned(findUnfinished({ sheets: noted, notes }, session, store), session)
  removeEndedNotes(notes)
  if (existsSync(draftsFolder(session.context))) {
    const { removeOldDrafts } = await import('./drafts.ts')
    removeOldDrafts(session.context)
  }
  if (store) {
    await forgetEndedSheets(store, noted)
    await removeBrokenUploads(session, store)
  }
}

/** Removes the bytes of uploads into the store that were interrupted. */
async function removeBrokenUploads({ notify }: Pick<Session, 'notify'>, store: OpenStore): Promise<void> {
  if (store.engine.server?.storeState.hasUploads === false) return
  if ((await unfinishedUploads(store.db)).length === 0) return
  const { brokenUploads, sweepUploads } = await import('../rules/contents.ts')
  if ((await brokenUploads(store.db, store.now())).length === 0) return
  const { commitUnlogged } = await import('../db/transact.ts')
  const removed = { count: 0 }
  await commitUnlogged(store, async (trx) => {
    removed.count = await sweepUploads(trx, store.now())
  })
  if (removed.count === 0) return
  const message = `Removed what ${count(removed.count, 'upload')} that ${removed.count === 1 ? 'was' : 'were'} cut short had left in the store.`
  notify({ code: 'leftover-removed', message })
}

/** Forgets the noted sheets whose import was never committed and whose file is gone. */
async function forgetEndedSheets(store: OpenStore, noted: UnfinishedSheets): Promise<void> {
  const ended = noted
    .filter(
      ({ importId, unfinished }) =>
        importId === null && statusOfOwner(unfinished) === 'ended' && !existsSync(unfinished),
    )
    .map(({ unfinished }) => unfinished)
  if (ended.length > 0) await forgetSheets(store, ended)
}

/** Failures are ignored: a note that stays names a file that does not exist, and does no harm. */
export async function forgetSheets(store: OpenStore, unfinished: readonly string[]): Promise<void> {
  const { commitUnlogged } = await import('../db/transact.ts')
  await commitUnlogged(store, (trx) => deleteUnfinishedSheets(trx, unfinished)).catch(() => undefined)
}
