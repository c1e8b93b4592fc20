import { constants, existsSync } from 'node:fs'
import { copyFileSync } from '../../disk.ts'
import { BadInput, Refused, Unavailable } from '../../errors.ts'
import type { Interruption } from '../../interruption.ts'
import { isServerAddress } from '../../server-address.ts'
import { pathInWords } from '../../shell-word.ts'
import { ownerTag, unfinishedCopy } from '../../unfinished-files.ts'
import type { LogHead } from '../audit/head-file.ts'
import { fingerprintIn, headAt, storeIdIn } from '../sqlite/inspect.ts'
import { integrityProblems } from '../sqlite/integrity.ts'
import type { Delivery } from '../outbox.ts'
import type { ErasedAccount } from '../users/erase.ts'
import { deriveKeys, type Keys, keptKeys, readKeyFile } from './keys.ts'
import type { Opening } from './opening.ts'
import { makeKey, type NewKey } from './rekey.ts'

export interface Copy {
  path: string
  /** The id that is written in the store. */
  storeId: string
  remove: () => void
}

/** Copies a backup, which itself is never written to, and checks the copy. @throws `backup-unusable` */
export function copyToRestore(
  file: string,
  { beside: storePath, interruption }: { beside: string; interruption: Interruption },
): Copy {
  const path = `${storePath}.${ownerTag()}.restoring`
  const { remove } = unfinishedCopy(path, interruption)
  try {
    for (const part of ['', '-wal']) {
      if (existsSync(`${file}${part}`)) {
        copyFileSync(`${file}${part}`, `${path}${part}`, constants.COPYFILE_FICLONE)
      }
    }
    const reason = integrityProblems(path)
    if (reason) {
      throw new BadInput(
        'backup-unusable',
        `${file} ${reason.replaceAll(path, file)}: it cannot be restored.`,
        {
          hint: 'The store is as it was. Name a file that ssh-admin store backup made.',
        },
      )
    }
    return { path, storeId: storeIdIn(path), remove }
  } catch (error) {
    remove()
    throw error
  }
}

export interface RestoredKey {
  keys: Keys
  /** Whether the key differs from the backup's, so that its PINs and links cannot stay valid. */
  differsFromBackup: boolean
  /** The key made for this store, if one was; it is not in its place yet. */
  made: NewKey | undefined
}

interface KeyChoice {
  /** The path of the backup's copy. */
  backup: string
  present: Pick<PresentStore, 'fingerprint' | 'isOlderCopy'>
  keyFile: string
  /** The 32 bytes of the key, if a command gives it instead of a file. */
  secret: (() => Buffer) | undefined
  /** Whether a new key may be made, as the user said that the key is lost. */
  mayMakeKey: boolean
  random: (bytes: number) => Buffer
}

/** The key that a restored store will use: the backup's own, or the one that the present store was given since. */
export function chooseRestoredKey({
  backup,
  present,
  keyFile,
  secret,
  mayMakeKey,
  random,
}: KeyChoice): RestoredKey {
  if (!secret && !existsSync(keyFile)) {
    if (!mayMakeKey) throw keyMissing(keyFile)
    const made = makeKey(keyFile, random)
    return { keys: made.keys, differsFromBackup: true, made }
  }
  const keys = deriveKeys(secret ? secret() : readKeyFile(keyFile))
  if (keys.fingerprint === fingerprintIn(backup)) return { keys, differsFromBackup: false, made: undefined }
  const { fingerprint } = present
  if (keys.fingerprint === fingerprint) return { keys, differsFromBackup: true, made: undefined }
  const kept = secret || fingerprint === undefined ? undefined : keptKeys(keyFile, fingerprint)
  if (kept && present.isOlderCopy()) return { keys, differsFromBackup: true, made: undefined }
  if (kept)
    return { keys: kept, differsFromBackup: kept.fingerprint !== fingerprintIn(backup), made: undefined }
  throw new Unavailable('key-mismatch', `${keyFile} is the key of another store than the backup's.`, {
    hint: 'Name the right one with --key-file. If it is lost, name a place where there is no key, and add --new-key.',
  })
}

/**
 * Refuses a desk's key that the store had before another desk gave it a new one, as after the key was exposed: with it
 * the backup would bring the former key back. @throws `key-mismatch`
 */
export async function refuseFormerKey(
  { keys, differsFromBackup }: RestoredKey,
  { backup, present, keyFile }: { backup: string; present: PresentStore; keyFile: string | undefined },
): Promise<void> {
  const { fingerprint } = present
  if (differsFromBackup || fingerprint === undefined || fingerprint === keys.fingerprint) return
  const head = headAt(backup)
  if (!head || !(await present.hasInLog?.(head))) return
  const named = keyFile ?? 'What the command gives'
  throw new Unavailable(
    'key-mismatch',
    `${named} is the key that the store had when the backup was made: it was given a new one since.`,
    {
      hint: 'Bring a copy of the new one here: the backup goes on with that. If it is lost, name with --key-file a place where there is no key, and add --new-key.',
    },
  )
}

/** @throws `key-mismatch` when credentials are to be kept that this key cannot check */
export function refuseToKeepCredentials({ differsFromBackup }: RestoredKey): void {
  if (!differsFromBackup) return
  throw new Refused('key-mismatch', 'The store has another key than when the backup was made.', {
    hint: 'Its PINs and links cannot be kept: leave out --keep-credentials.',
  })
}

function keyMissing(keyFile: string): Unavailable {
  return new Unavailable('key-missing', `The key file is not at ${pathInWords(keyFile)}.`, {
    hint: 'Put it back first, or name it with --key-file. If it is lost, add --new-key.',
  })
}

/** The present store, which a backup is to replace; there may be none. */
export interface PresentStore {
  /** Fingerprint of its key; undefined if there is no store, or it cannot be read. */
  fingerprint: string | undefined
  /** Whether an older copy lies in its place: the key that it had then is not used again. */
  isOlderCopy: () => boolean
  /** Whether the log of a shared store has this event, so that the store went on from a backup that ends with it. */
  hasInLog?: (head: LogHead) => Promise<boolean>
  /** Its key file; where there is no shared store yet, that of the backup's store. */
  keyFileFor: (storeId: string) => string
  /** Its head file, beside that key. */
  headFileBeside: (keyFile: string) => string
  /** The accounts that it erased, if it is the store with this id; undefined if it is too damaged to tell. */
  erased: (storeId: string) => ErasedAccount[] | undefined
  /** The deliveries of these messages, by `message_id`, as far as it has them. */
  deliveries: (messageIds: readonly string[]) => Promise<readonly Delivery[]>
  /** The name under which it is kept afterwards; null if there is none. */
  keepAs: string | null
  /** The path beside which the copy of the backup is prepared. */
  copyBeside: string
  /**
   * Replaces it by the store in a file. @returns undefined, having done nothing, if the store for which the backup was
   * prepared has been changed meanwhile
   */
  replaceWith: (file: string, options: ReplaceOptions) => Promise<Replaced | undefined>
}

export interface Replaced {
  /** How many audit events other desks wrote to the kept store since it was read. */
  eventsMeanwhile: number
}

interface ReplaceOptions {
  /** Called just before the file is put in its place. */
  beforePlacing: () => void | Promise<void>
}

/** @throws `store-in-use`, `store-newer`, `store-refused` where it cannot be replaced */
export async function presentStore(opening: Opening): Promise<PresentStore> {
  if (isServerAddress(opening.path)) {
    const { presentSharedStore } = await import('../postgres/present-store.ts')
    return presentSharedStore(opening)
  }
  const { presentStoreFile } = await import('../sqlite/place.ts')
  return presentStoreFile(opening)
}
