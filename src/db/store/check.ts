import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Unavailable } from '../../errors.ts'
import { waitingKeyFile } from './keys.ts'
import type { OpenStore } from './open.ts'
import type { Finding } from '../engine.ts'
import { statusOfOwner, type UnfinishedFile } from '../../unfinished-files.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'
import { keptCopiesOf } from './kept-copies.ts'
import { staleHolder } from '../sqlite/wait.ts'

export interface Checked {
  /** What keeps the store or its key from being trusted. */
  damage: Finding[]
  /** What should be put right, and harms nothing yet. */
  warnings: Finding[]
}

/** Looks through a store as it is, its key, and what lies beside them; changes nothing. */
export async function checkFiles(store: OpenStore, path: string): Promise<Checked> {
  const { engine, keyFile } = store
  const damage = await engine.damage()
  const fingerprint = engine.fingerprint()
  damage.push(...troubleWithKey(store))
  const beside = [
    ...leftovers(path, /\.(new|part|restoring|migrating)(-wal|-shm|-journal|\.writer)?$/),
    ...leftovers(keyFile, /\.new$/),
  ].filter((file) => file !== waitingKeyFile(keyFile, fingerprint))
  const warnings = [
    ...openToOthers([path, keyFile]),
    ...openFolders([path, keyFile]),
    ...[...new Set(beside)].map((file) =>
      leftover({ path: file, abandoned: statusOfOwner(file) === 'ended' }),
    ),
    ...staleNote(path),
    ...kept(path),
  ]
  return { damage, warnings }
}

function kept(path: string): Finding[] {
  return keptCopiesOf(path).map(({ file, at, bytes }) => ({
    target: file,
    code: 'kept-copy',
    message: `${file} is a copy of the store, kept ${at.slice(0, 10)} (${bytes} bytes).`,
    hint: `It is yours to keep or remove: rm ${shellWord(file)}`,
  }))
}

function troubleWithKey({ keyFile, keys }: OpenStore): Finding[] {
  try {
    keys()
    return []
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return [{ target: keyFile, code: error.code, message: error.message, hint: error.hint }]
  }
}

function openToOthers(files: readonly string[]): Finding[] {
  return files
    .filter((file) => existsSync(file))
    .filter((file) => (statSync(file).mode & 0o077) !== 0)
    .map((file) => ({
      target: file,
      code: 'open-to-others',
      message: `${file} can be read or written by others on this machine.`,
      hint: `chmod 600 ${shellWord(file)}`,
    }))
}

/** Who may write to a folder can put another file in the place of one in it, whatever that one's mode. */
function openFolders(files: readonly string[]): Finding[] {
  return [...new Set(files.map((file) => dirname(file)))]
    .filter((folder) => existsSync(folder) && (statSync(folder).mode & 0o002) !== 0)
    .map((folder) => ({
      target: folder,
      code: 'folder-open-to-others',
      message: `The folder ${pathInWords(folder)} can be written to by others on this machine: they can put another store or key in the place of yours.`,
      hint: `chmod o-w ${shellWord(folder)}`,
    }))
}

/** A file that is not whole, or never will be. */
export function leftover({ path, abandoned, outOfSight }: UnfinishedFile): Finding {
  if (outOfSight !== undefined) {
    return {
      target: path,
      code: 'leftover',
      message: `A command that was cut short may have left ${outOfSight}, in a folder that cannot be looked into now, or that another stands in for (is its disk mounted?).`,
      hint: `Once the folder can be, the next change removes it. If it never will be: rm ${shellWord(path)}`,
    }
  }
  return {
    target: path,
    code: 'leftover',
    message: abandoned
      ? `${path} was left behind by a command that was cut short.`
      : `${path} is being made by another command, or was left behind by one.`,
    hint: abandoned ? 'The next change removes it.' : `When no ssh-admin is running: rm ${shellWord(path)}`,
  }
}

function staleNote(path: string): Finding[] {
  const note = staleHolder(path)
  if (!note) return []
  return [
    {
      target: note.file,
      code: 'stale-writer',
      message: note.holder
        ? `${note.file} names a process (${note.holder.command}) that is gone.`
        : `${note.file} does not say who writes to the store.`,
      hint: `It harms nothing; the next change removes it, or: rm ${shellWord(note.file)}`,
    },
  ]
}

/** Files whose name begins as this one's does. */
function leftovers(path: string, ending: RegExp): string[] {
  const folder = dirname(path)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(path)}.`) && ending.test(name))
    .map((name) => join(folder, name))
}
