import { dirname } from 'node:path'
import { rmSync, syncFolder } from '../../disk.ts'
import { Failure, Refused, CommitUnknown } from '../../errors.ts'
import { failureOfStore } from './errors.ts'
import {
  deriveKeys,
  type Keys,
  keyTrouble,
  renameWaitingKey,
  waitingKeyFile,
  whereKeyIsKept,
  writeKeyFile,
} from './keys.ts'
import type { Interruption } from '../../interruption.ts'
import type { OpenStore } from './opening.ts'
import { removeIfPossible } from '../../unfinished-files.ts'

export interface NewKey {
  secret: Buffer
  keys: Keys
  keyFile: string
  /** Where the key stays that it takes the place of; null where there is none. */
  kept: string | null
}

/**
 * A new key for a store whose own key is at hand, or lost. @throws `key-mismatch` when another
 * store's key lies there, which must not be written over; `key-damaged`, `key-unreadable`
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
  const trouble = keyTrouble(store)
  if (trouble && trouble.code !== 'key-missing') throw trouble
  return makeKey(store.keyFile, random)
}

export function makeKey(keyFile: string, random: (bytes: number) => Buffer): NewKey {
  const secret = random(32)
  return { secret, keys: deriveKeys(secret), keyFile, kept: whereKeyIsKept(keyFile) ?? null }
}

/**
 * Writes the new key beside the old one, lets the store take it on, and then gives it the old
 * one's name, and the old one another: whenever this is cut short, the key that the store knows is there, and is found. @returns where
 * it waits for that name, if it could not be given
 */
export async function withNewKey<Result>(
  { secret, keys, keyFile }: NewKey,
  { takeOn, interruption }: { takeOn: () => Promise<Result>; interruption: Interruption },
): Promise<{ result: Result; waitsAs: string | undefined }> {
  const waiting = waitingKeyFile(keyFile, keys.fingerprint)
  // A second signal ends the process only while the store does not know the new key.
  const forget = interruption.beforeEnding(() => removeIfPossible(waiting))
  let result: Result
  try {
    writeWaitingKey(waiting, secret)
    result = await takeOn()
  } catch (error) {
    // A refusal came first, and a full disk was told before anything counted. After anything else the store may know the new key: better one too many.
    const isRefusal = error instanceof Failure && !(error instanceof CommitUnknown)
    if (isRefusal || failureOfStore(error)?.code === 'store-full') rmSync(waiting, { force: true })
    throw error
  } finally {
    forget()
  }
  const placed = renameWaitingKey(keyFile, keys.fingerprint)
  return { result, waitsAs: placed ? undefined : waiting }
}

/** Until the store takes it on, a key that could not be written whole is none, and goes. */
function writeWaitingKey(path: string, secret: Buffer): void {
  try {
    writeKeyFile(path, secret)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}
