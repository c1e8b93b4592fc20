import { dirname } from 'node:path'
import { rmSync, syncFolder } from '../../disk.ts'
import { Failure, Refused, CommitUnknown } from '../../errors.ts'
import { failureOfStore } from './errors.ts'
import {
  deriveKeys,
  type Keys,
  keyFailure,
  renameWaitingKey,
  waitingKeyFile,
  keptPathOfPresentKey,
  writeKeyFile,
} from './keys.ts'
import type { Interruption } from '../../interruption.ts'
import type { OpenStore } from './opening.ts'
import { removeIfPossible } from '../../unfinished-files.ts'

export interface NewKey {
  secret: Buffer
  keys: Keys
  keyFile: string
  /** The file in which the replaced key is kept; null if there was none. */
  kept: string | null
}

/**
 * Makes a new key for a store whose own key is present, or missing. @throws `key-mismatch` if another store's key has
 * the name, which must not be overwritten; `key-damaged`, `key-unreadable`
 */
export function newKeyFor(store: OpenStore, random: (bytes: number) => Buffer): NewKey {
  if (store.keyFromCommand) {
    throw new Refused(
      'key-from-command',
      'A command gives the key of this store: it would go on giving the old one.',
      {
        hint: 'Name the file for the new key with --key-file FILE, a copy of the present key; then put its text where the command has it from.',
      },
    )
  }
  const failure = keyFailure(store)
  if (failure && failure.code !== 'key-missing') throw failure
  return makeKey(store.keyFile, random)
}

export function makeKey(keyFile: string, random: (bytes: number) => Buffer): NewKey {
  const secret = random(32)
  return { secret, keys: deriveKeys(secret), keyFile, kept: keptPathOfPresentKey(keyFile) ?? null }
}

/**
 * Writes the new key beside the old one, has the store take it on, then renames both: whenever this is interrupted, the
 * key that the store knows is found. @returns `waitingFile`, the file of the new key, if it could not be renamed
 */
export async function withNewKey<Result>(
  { secret, keys, keyFile }: NewKey,
  { commit, interruption }: { commit: () => Promise<Result>; interruption: Interruption },
): Promise<{ result: Result; waitingFile: string | undefined }> {
  const waiting = waitingKeyFile(keyFile, keys.fingerprint)
  // Runs if a second signal ends the process, which it does only while the store does not know the new key.
  const unregister = interruption.onForcedExit(() => removeIfPossible(waiting))
  let result: Result
  try {
    writeWaitingKey(waiting, secret)
    result = await commit()
  } catch (error) {
    // After a refusal or on a full disk nothing was saved. After any other error the store may know the new key.
    const isRefusal = error instanceof Failure && !(error instanceof CommitUnknown)
    if (isRefusal || failureOfStore(error)?.code === 'store-full') rmSync(waiting, { force: true })
    throw error
  } finally {
    unregister()
  }
  const isRenamed = renameWaitingKey(keyFile, keys.fingerprint)
  return { result, waitingFile: isRenamed ? undefined : waiting }
}

/** Removes a key that could not be written completely: no store uses it yet. */
function writeWaitingKey(path: string, secret: Buffer): void {
  try {
    writeKeyFile(path, secret)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}
