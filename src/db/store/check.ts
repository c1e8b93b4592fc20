import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Problem, Unavailable } from '../../errors.ts'
import { deriveKeys, fileOfKey, keyFailure, readKeyFile, waitingKeyFile } from './keys.ts'
import type { Findings } from '../engine.ts'
import type { OpenStore } from './opening.ts'
import { statusOfOwner, type UnfinishedFile } from '../../unfinished-files.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'
import { keptCopiesOf } from './kept-copies.ts'
import { staleHolder } from '../sqlite/wait.ts'

/** Checks a store, its key and the files beside them, without changing anything. */
export async function checkFiles(store: OpenStore, path: string): Promise<Findings> {
  const { engine, keyFile } = store
  const { damage, warnings: engineWarnings } = await engine.checkIntegrity()
  const fingerprint = engine.fingerprint()
  damage.push(...keyFindings(store))
  const newKeys = newKeysBeside(keyFile)
  const unfinished = [
    ...filesBeside(path, /\.(new|part|restoring|migrating)(-wal|-shm|-journal|\.writer)?$/),
    ...filesBeside(keyFile, /\.new$/),
  ].filter((file) => !newKeys.includes(file))
  const warnings = [
    ...engineWarnings,
    ...openFileFindings([path, keyFile]),
    ...openFolderFindings([path, keyFile]),
    ...[...new Set(unfinished)].map((file) =>
      leftoverFinding({ path: file, abandoned: statusOfOwner(file) === 'ended' }),
    ),
    ...newKeys.map((file) => newKeyFinding(file, { keyFile, fingerprint })),
    ...staleWriterFindings(path),
    ...keptCopyFindings(path),
    ...keptKeyFindings(store),
  ]
  return { damage, warnings }
}

function keptCopyFindings(path: string): Problem[] {
  return keptCopiesOf(path).map(({ file, at, bytes }) => ({
    target: file,
    code: 'kept-copy',
    message: `${file} is a copy of the store, kept ${at.slice(0, 10)} (${bytes} bytes).`,
    hint: `It is yours to keep or remove: rm ${shellWord(file)}`,
  }))
}

/** Kept keys are reported and never removed: a copy of the store that still needs one may lie anywhere. */
function keptKeyFindings(store: OpenStore): Problem[] {
  const ofStore = fileOfKey(store)
  const isOlderCopy = keyFailure(store)?.code === 'key-mismatch'
  return filesBeside(store.keyFile, /\.[0-9a-f]{16}\.old$/).map((file) => {
    if (file !== ofStore) {
      return {
        target: file,
        code: 'key-kept',
        message: `${file} is a key that was kept when store rekey put another in its place.`,
        hint: `This store does not need it. Where no copy of it and no backup needs it either: rm ${shellWord(file)}`,
      }
    }
    if (isOlderCopy) {
      return {
        target: file,
        code: 'key-kept',
        message: `${file} is the key of the older copy that is in the store's place.`,
        hint: 'Keep it until the store is put back, and as long as a copy of it or a backup needs it.',
      }
    }
    return {
      target: file,
      code: 'key-kept',
      message: `${file} is the key of this store: another store that had the same one was given a new one, which is ${store.keyFile}.`,
      hint: `Keep it. For a name of its own: cp ${shellWord(file)} FILE, and then --key-file FILE`,
    }
  })
}

function keyFindings(store: OpenStore): Problem[] {
  const failure = keyFailure(store)
  if (!failure) return []
  return [{ target: store.keyFile, code: failure.code, message: failure.message, hint: failure.hint }]
}

/** The new keys that `store rekey` left beside the key file, except the one that is this store's own. */
export function leftoverKeyFindings({ keyFile, engine }: Pick<OpenStore, 'keyFile' | 'engine'>): Problem[] {
  const fingerprint = engine.fingerprint()
  return newKeysBeside(keyFile)
    .filter((file) => file !== waitingKeyFile(keyFile, fingerprint))
    .map((file) => newKeyFinding(file, { keyFile, fingerprint }))
}

function newKeysBeside(keyFile: string): string[] {
  return filesBeside(keyFile, /\.[0-9a-f]{16}\.new$/)
}

/**
 * Says which store a new key belongs to, as far as can be told. No key is ever removed: a kept or copied store may use
 * one that this store does not use, and a key cannot be made again.
 */
function newKeyFinding(
  file: string,
  { keyFile, fingerprint }: { keyFile: string; fingerprint: string },
): Problem {
  let key: string
  try {
    key = deriveKeys(readKeyFile(file)).fingerprint
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    if (error.code !== 'key-damaged')
      return { target: file, code: 'key-left', message: error.message, hint: error.hint }
    return {
      target: file,
      code: 'key-left',
      message: `${file} is no whole key: store rekey was cut short as it wrote it, and no store has it.`,
      hint: `When no ssh-admin is running: rm ${shellWord(file)}`,
    }
  }
  if (key === fingerprint) {
    return {
      target: file,
      code: 'key-waits',
      message: `${file} is the key of this store, which could not be given its name: it is used from there.`,
      hint: `The next change gives it its name, or: mv ${shellWord(file)} ${shellWord(keyFile)}`,
    }
  }
  return {
    target: file,
    code: 'key-left',
    message: `${file} is a key that this store does not have: store rekey was cut short before the store took it on, or another store that has ${keyFile} too was given it.`,
    hint: `This store does not need it. Where no copy and no store that was kept needs it either (ssh-admin store check --db FILE --key-file ${shellWord(file)}), and no ssh-admin is running: rm ${shellWord(file)}`,
  }
}

function openFileFindings(files: readonly string[]): Problem[] {
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

/** Write permission on a folder allows replacing the files in it, whatever their own mode. */
function openFolderFindings(files: readonly string[]): Problem[] {
  return [...new Set(files.map((file) => dirname(file)))]
    .filter((folder) => existsSync(folder) && (statSync(folder).mode & 0o002) !== 0)
    .map((folder) => ({
      target: folder,
      code: 'folder-open-to-others',
      message: `The folder ${pathInWords(folder)} can be written to by others on this machine: they can put another store or key in the place of yours.`,
      hint: `chmod o-w ${shellWord(folder)}`,
    }))
}

/** The finding about an unfinished file, which is still being written or was abandoned. */
export function leftoverFinding({ path, abandoned, unreadablePath }: UnfinishedFile): Problem {
  if (unreadablePath !== undefined) {
    return {
      target: path,
      code: 'leftover',
      message: `A command that was cut short may have left ${unreadablePath}, in a folder that cannot be looked into now, or that another stands in for (is its disk mounted?).`,
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

function staleWriterFindings(path: string): Problem[] {
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

/** The files beside `path` whose names begin with its name and a dot, and match `ending`. */
function filesBeside(path: string, ending: RegExp): string[] {
  const folder = dirname(path)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(path)}.`) && ending.test(name))
    .map((name) => join(folder, name))
}
