import { dirname, join, resolve } from 'node:path'
import { draftsFolder } from '../config.ts'
import { mkdirSync, listNames, writeFileSync } from '../disk.ts'
import { Failure } from '../errors.ts'
import { cleanForTerminal } from '../render/clean-text.ts'
import { removeIfPossible } from '../unfinished-files.ts'
import type { Session } from './session.ts'
import { commandLine } from './typed-line.ts'

/** Text that somebody typed at length and that is not saved in the store yet. */
export interface Draft {
  /** The base of the file's name: `users-add.csv`. */
  name: string
  text: string | Uint8Array
  /** The command that continues with the draft, without the name of its file. */
  command: string
}

const lifetimeMs = 7 * 24 * 60 * 60 * 1000

/**
 * Keeps a draft for a week, readable by its owner only, and says where, even with --quiet; with --json the error
 * document names the file. A rehearsal keeps nothing.
 * @param error the failure for which the draft is kept
 */
export function saveDraft(session: Session, { name, text, command }: Draft, error?: unknown): void {
  const { context, common, terminal } = session
  const say = common.json ? () => undefined : terminal.warn
  if (common.dryRun) return
  const file = draftFile(context, name)
  try {
    mkdirSync(dirname(file))
    writeFileSync(file, text, { flag: 'wx' })
    say(
      `What you typed is kept for a week. To go on: ${commandLine([...storeAndActorOptions(session), ...command.split(' '), file])}`,
    )
    if (error instanceof Failure) error.details.draft = file
  } catch (writeError) {
    const reason = writeError instanceof Error ? cleanForTerminal(writeError.message) : 'unknown'
    say(`What you typed could not be kept: ${reason}`)
  }
}

/** The path for a draft that is begun today. */
export function draftFile(context: Session['context'], name: string): string {
  const [, stem = name, ending = ''] = /^(.*)(\.[a-z]+)$/.exec(name) ?? []
  const day = context.now().toISOString().slice(0, 10)
  return join(draftsFolder(context), `${stem}-${day}-${context.random(4).toString('hex')}${ending}`)
}

/** Options for the store, key and actor that were given, so that the pasted line cannot reach another store. */
function storeAndActorOptions({ settings }: Session): string[] {
  const settingsByFlag = { '--db': settings.db, '--key-file': settings.keyFile, '--as': settings.as }
  return Object.entries(settingsByFlag).flatMap(([flag, { value, from }]) =>
    value !== undefined && (from === 'flag' || from === 'environment') ? [flag, value] : [],
  )
}

/** Removes a draft that was used, and all drafts older than a week. */
export function removeUsedDraft({ context }: Session, file: string | undefined): void {
  removeOldDrafts(context)
  if (file === undefined) return
  const used = resolve(context.cwd, file)
  if (draftsIn(context).some(({ path }) => path === used)) removeIfPossible(used)
}

export function removeOldDrafts(context: Session['context']): void {
  const oldest = new Date(context.now().getTime() - lifetimeMs).toISOString().slice(0, 10)
  for (const { path, since } of draftsIn(context)) if (since < oldest) removeIfPossible(path)
}

interface SavedDraft {
  path: string
  since: string
  /** The command that continues with the draft, without its file; absent for an editor's backup file. */
  command: string[] | undefined
}

/** The drafts that exist, with the day on which each was begun, and the backup files that editors made beside them. */
export function draftsIn(context: Session['context']): SavedDraft[] {
  const folder = draftsFolder(context)
  return listNames(folder)
    .sort()
    .flatMap((name) => {
      const [, stem = '', since] = /^(.*)-(\d{4}-\d\d-\d\d)-[0-9a-f]{8}\.[a-z.~]+$/.exec(name) ?? []
      return since === undefined ? [] : [{ path: join(folder, name), since, command: commandOf(stem) }]
    })
}

/** A draft's file is named after the command that continues with it; the draft of a letter, after the letter. */
function commandOf(stem: string): string[] | undefined {
  if (stem.startsWith('.')) return undefined
  if (stem === 'users-add') return ['users', 'add', '--from']
  if (stem === 'config') return ['config', 'edit', '--from']
  return ['templates', 'edit', stem, '--from']
}
