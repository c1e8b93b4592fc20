import { constants, existsSync } from 'node:fs'
import { copyFileSync } from '../../disk.ts'
import { BadInput, Refused, Unavailable } from '../../errors.ts'
import type { Interruption } from '../../interruption.ts'
import { isServerAddress } from '../../server-address.ts'
import { pathInWords } from '../../shell-word.ts'
import { ownerTag, unfinishedCopy } from '../../unfinished-files.ts'
import { fingerprintIn, storeIdIn } from '../sqlite/inspect.ts'
import { integrityProblems } from '../sqlite/integrity.ts'
import type { Delivery } from '../outbox.ts'
import type { ErasedAccount } from '../users/erase.ts'
import { deriveKeys, type Keys, keptKeys, readKeyFile } from './keys.ts'
import type { Opening } from './opening.ts'
import { makeKey, type NewKey } from './rekey.ts'

export interface Copy {
  path: string
  /** The number that the store bears. */
  storeId: string
  remove: () => void
}

/** Copies a backup, so that nothing is ever written to it, and looks through the copy. @throws `backup-unusable` */
export function copyToRestore(
  file: string,
  { beside, interruption }: { beside: string; interruption: Interruption },
): Copy {
  const path = `${beside}.${ownerTag()}.restoring`
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

export interface KeyAfter {
  keys: Keys
  /** Another than the backup was made with: its PINs and links cannot go on. */
  isAnother: boolean
  /** Made for this store, and not yet in its place. */
  made: NewKey | undefined
}

interface KeyQuestion {
  /** Where the backup lies. */
  backup: string
  /** Fingerprint of the key of the store that is there. */
  present: string | undefined
  keyFile: string
  /** Where a command gives the key, and no file: its 32 bytes. */
  secret: (() => Buffer) | undefined
  /** Somebody said that the key is lost. */
  mayMake: boolean
  random: (bytes: number) => Buffer
}

/** The key with which a restored store goes on: its own, or the one that the present store was given since. */
export function keyAfterRestoring({
  backup,
  present,
  keyFile,
  secret,
  mayMake,
  random,
}: KeyQuestion): KeyAfter {
  if (!secret && !existsSync(keyFile)) {
    if (!mayMake) throw keyMissing(keyFile)
    const made = makeKey(keyFile, random)
    return { keys: made.keys, isAnother: true, made }
  }
  const keys = deriveKeys(secret ? secret() : readKeyFile(keyFile))
  if (keys.fingerprint === fingerprintIn(backup)) return { keys, isAnother: false, made: undefined }
  if (keys.fingerprint === present) return { keys, isAnother: true, made: undefined }
  const kept = secret || present === undefined ? undefined : keptKeys(keyFile, present)
  if (kept) return { keys: kept, isAnother: kept.fingerprint !== fingerprintIn(backup), made: undefined }
  throw new Unavailable('key-mismatch', `${keyFile} is the key of another store than the backup's.`, {
    hint: 'Name the right one with --key-file. If it is lost, name a place where there is no key, and add --new-key.',
  })
}

/** @throws `key-mismatch` when credentials are to be kept that this key cannot check */
export function refuseToKeepCredentials({ isAnother }: KeyAfter): void {
  if (!isAnother) return
  throw new Refused('key-mismatch', 'The store has another key than when the backup was made.', {
    hint: 'Its PINs and links cannot be kept: leave out --keep-credentials.',
  })
}

function keyMissing(keyFile: string): Unavailable {
  return new Unavailable('key-missing', `The key file is not at ${pathInWords(keyFile)}.`, {
    hint: 'Put it back first, or name it with --key-file. If it is lost, add --new-key.',
  })
}

/** The store whose place a backup is to take, as it is now; there may be none. */
export interface PresentStore {
  /** Of its key; undefined where there is none, or it cannot be read. */
  fingerprint: string | undefined
  /** Where its key is; of a shared store that is not there, the backup's. */
  keyFileFor: (storeId: string) => string
  /** In which it is noted where its log ended, beside that key. */
  headFileBeside: (keyFile: string) => string
  /** Whom it erased, if it is the store with this number; undefined where it is too damaged to tell. */
  erased: (storeId: string) => ErasedAccount[] | undefined
  /** Those of the messages, by their `message_id`, that it has, as they are there. */
  deliveries: (messageIds: readonly string[]) => Promise<readonly Delivery[]>
  /** What it is called afterwards; null where there is none. */
  kept: string | null
  /** Where a copy of the backup is made ready. */
  copyBeside: string
  /**
   * Puts a store that is a file in its place. @returns undefined, and nothing is done, where what the backup was made
   * ready for has been changed meanwhile
   */
  replaceWith: (file: string, settled: ReplaceOptions) => Promise<Replaced | undefined>
}

export interface Replaced {
  /** So many events were written to the store that is kept, by other desks, since it was looked at. */
  eventsMeanwhile: number
}

interface ReplaceOptions {
  /** Just before it is in its place. */
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
