import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { closeSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fsyncSync, openSync, renameSync, rmSync, trySyncFolder, writeSync } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { readSmallFile } from '../../input-file.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'
import type { Engine } from '../engine.ts'

const heading = 'ssh-admin key 1'

/**
 * One key for each use, so that no proof made for one can serve as another. Key objects, as Node 24.21 takes five times
 * as long for an HMAC with the bytes of a key.
 */
export interface Keys {
  pin: KeyObject
  link: KeyObject
  audit: KeyObject
  code: KeyObject
  plan: KeyObject
  erasure: KeyObject
  signIn: KeyObject
  /** Kept in the store, which recognises its own key by it. */
  fingerprint: string
}

/** @param secret the 32 bytes of the key file */
export function deriveKeys(secret: Buffer): Keys {
  const bytesFor = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))
  const derive = (purpose: string) => createSecretKey(bytesFor(purpose))
  return {
    pin: derive('pin'),
    link: derive('link'),
    audit: derive('audit'),
    code: derive('code'),
    plan: derive('plan'),
    erasure: derive('erasure'),
    signIn: derive('sign-in'),
    fingerprint: bytesFor('fingerprint').toString('hex'),
  }
}

/** Writes a new key file: exclusively, synced, readable by its owner only. */
export function writeKeyFile(path: string, secret: Buffer): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${heading}\n${secret.toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The file in which a new key waits beside the old one until the store uses it; named by its own fingerprint. */
export function waitingKeyFile(keyFile: string, fingerprint: string): string {
  return `${keyFile}.${fingerprint.slice(0, 16)}.new`
}

/** The file in which a replaced key is kept, for copies of the store that still use it; named by its fingerprint. */
export function keptKeyFile(keyFile: string, fingerprint: string): string {
  return `${keyFile}.${fingerprint.slice(0, 16)}.old`
}

/** The file in which the present key will be kept once another replaces it; undefined if there is no present key. */
export function keptPathOfPresentKey(keyFile: string): string | undefined {
  const secret = secretAt(keyFile)
  return secret && keptKeyFile(keyFile, deriveKeys(secret).fingerprint)
}

/** The file that holds this store's key: a kept one, if another store with the same key file was rekeyed. */
export function fileOfKey({
  keyFile,
  engine,
}: {
  keyFile: string
  engine: Pick<Engine, 'fingerprint'>
}): string {
  const keptFile = keptKeyFile(keyFile, engine.fingerprint())
  return existsSync(keptFile) && keptPathOfPresentKey(keyFile) !== keptFile ? keptFile : keyFile
}

/** The key in a file; undefined if there is no file, or no valid key in it. @throws if it cannot be read */
function secretAt(path: string): Buffer | undefined {
  try {
    const { text } = readSmallFile(path)
    return text === undefined ? undefined : secretIn(text, path)
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || error instanceof Unavailable) return undefined
    throw error
  }
}

/** Keeps the key being replaced: it cannot be made again, and copies or backups of a store may still use it. */
function keepFormerKey(keyFile: string, fingerprint: string): void {
  const secret = secretAt(keyFile)
  if (!secret) return
  const formerFingerprint = deriveKeys(secret).fingerprint
  if (formerFingerprint === fingerprint) return
  const keptFile = keptKeyFile(keyFile, formerFingerprint)
  if (secretAt(keptFile)?.equals(secret)) return
  // Left incomplete by a command that was interrupted.
  rmSync(keptFile, { force: true })
  writeKeyFile(keptFile, secret)
  trySyncFolder(dirname(keyFile))
}

/**
 * Renames the waiting new key to the key file's name, after keeping the key that it replaces. Another process may have
 * done so already; if it fails, the key is still found under its waiting name. @returns whether it has the name
 */
export function renameWaitingKey(keyFile: string, fingerprint: string): boolean {
  try {
    keepFormerKey(keyFile, fingerprint)
    renameSync(waitingKeyFile(keyFile, fingerprint), keyFile)
    trySyncFolder(dirname(keyFile))
    return true
  } catch (error) {
    return errorCodeOf(error) === 'ENOENT'
  }
}

/** Where the key of a store is read from. */
interface KeySource {
  keyFile: string
  /** The 32 bytes of the key, if a command gives it instead of a file. */
  secret?: (() => Buffer) | undefined
  /** Whether several desks have copies of the key, some of which may be outdated. */
  isShared: boolean
  /** Whether an older copy lies in the store's place: the key of before is then refused, as its PINs and links are void. */
  isOlderCopy?: () => boolean
}

/** The keys of a store, read on first use. Throws `key-mismatch`, and what `readKeyFile` throws. */
export function keysOfStore(
  { fingerprint }: Pick<Engine, 'fingerprint'>,
  source: () => KeySource,
): () => Keys {
  let keys: Keys | undefined
  return () => {
    // Read on each call, as another process may have rekeyed the store meanwhile.
    const present = fingerprint()
    if (keys?.fingerprint !== present) keys = keysOfFingerprint(source(), present)
    return keys
  }
}

function keysOfFingerprint(source: KeySource, fingerprint: string): Keys {
  const { keyFile, secret, isShared } = source
  const waitingFile = waitingKeyFile(keyFile, fingerprint)
  // A rekeying was interrupted after the store took the new key, and before the file was renamed.
  const waitingKeys = existsSync(waitingFile) ? deriveKeys(readKeyFile(waitingFile)) : undefined
  if (waitingKeys?.fingerprint === fingerprint) {
    renameWaitingKey(keyFile, fingerprint)
    return waitingKeys
  }
  const keys = deriveKeys(secret ? secret() : isShared ? readCopyOfKey(keyFile) : readKeyFile(keyFile))
  if (fingerprint === keys.fingerprint) return keys
  const keptKey = secret ? undefined : keptKeys(keyFile, fingerprint)
  if (keptKey && source.isOlderCopy?.() === true) {
    throw new Unavailable(
      'key-mismatch',
      `${keyFile} is not the key of what is in the store's place: an older copy of it, from before it was given that key.`,
      {
        hint: `Put the store back, or a backup, which goes on with that key: ssh-admin store restore FILE. To go on with this copy and its former key, whose PINs and links are open again: --key-file ${shellWord(keptKeyFile(keyFile, fingerprint))}`,
      },
    )
  }
  if (keptKey) return keptKey
  const named = secret ? 'What the command gives' : keyFile
  if (isShared) {
    throw new Unavailable(
      'key-mismatch',
      `${named} is not the key of this store: the store was given a new key since, or it is the key of another one.`,
      {
        hint: `ssh-admin audit list --action store.rekeyed says who gave it a new key, and when: bring a copy of that key here${secret ? '' : `, or, if ${shellWord(keyFile)} is to go on as the key of another copy of this store, as ${shellWord(keptKeyFile(keyFile, fingerprint))}`}. Nothing was changed.`,
      },
    )
  }
  throw new Unavailable('key-mismatch', `${named} is the key of another store.`, {
    hint: 'Name the right one with --key-file.',
    optionToAdd: ['--key-file', 'FILE'],
  })
}

/** The kept keys with this fingerprint, which another store's key has replaced; undefined if there are none. */
export function keptKeys(keyFile: string, fingerprint: string): Keys | undefined {
  const keptFile = keptKeyFile(keyFile, fingerprint)
  const keys = existsSync(keptFile) ? deriveKeys(readKeyFile(keptFile)) : undefined
  return keys?.fingerprint === fingerprint ? keys : undefined
}

/** Reads a desk's copy of the key; if it is missing, as at a new desk, the hint says where to get one. */
function readCopyOfKey(keyFile: string): Buffer {
  try {
    return readKeyFile(keyFile)
  } catch (error) {
    if (!(error instanceof Unavailable) || error.code !== 'key-missing') throw error
    throw new Unavailable(error.code, error.message, {
      hint: 'Bring a copy of it from another desk, where it has the same name, or name it with --key-file. Without it a desk looks at the store, and changes nothing. If no desk has one any more, ssh-admin store rekey makes a new one, and voids every open PIN and link.',
      cause: error,
    })
  }
}

/** The failure that says why the key of a store cannot be used; undefined if it can. */
export function keyFailure(store: { keys: () => Keys }): Unavailable | undefined {
  try {
    store.keys()
    return undefined
  } catch (error) {
    if (error instanceof Unavailable) return error
    throw error
  }
}

export type KeyStatus = 'there' | 'missing' | 'of-another-store' | 'unreadable'

/** The status of a store's key, from the failure of reading it. */
export function keyStatus(failure: Unavailable | undefined): KeyStatus {
  if (failure === undefined) return 'there'
  if (failure.code === 'key-missing') return 'missing'
  return failure.code === 'key-mismatch' ? 'of-another-store' : 'unreadable'
}

/** Throws `key-missing`, `key-exposed`, `key-unreadable` or `key-damaged`. */
export function readKeyFile(path: string): Buffer {
  return secretIn(contentsOf(path), path)
}

/** @param named the source of the text, as messages name it */
export function secretIn(text: string, named: string): Buffer {
  const [first, second] = text.split('\n')
  const secret = Buffer.from(second ?? '', 'base64')
  if (first !== heading || secret.length !== 32) throw keyDamaged(named)
  return secret
}

function keyDamaged(path: string): Unavailable {
  return new Unavailable('key-damaged', `${path} is not a key file of ssh-admin, or it is damaged.`, {
    hint: 'Put the key file that belongs to this store back, from where you keep its copy.',
  })
}

/** The owner of a key file can change it, so it must be the user or root; root itself may use anybody's. */
function refuseForeignOwner(path: string, { uid }: { uid: number }): void {
  const ownUid = process.getuid?.()
  if (ownUid === undefined || ownUid === 0 || uid === ownUid || uid === 0) return
  throw new Unavailable(
    'key-exposed',
    `The key file ${pathInWords(path)} belongs to another user of this machine.`,
    {
      hint: 'chown it to yourself; if somebody may have read it, make a new key: ssh-admin store rekey',
    },
  )
}

function contentsOf(path: string): string {
  try {
    const { stats, text } = readSmallFile(path)
    refuseForeignOwner(path, stats)
    if (text === undefined) throw keyDamaged(path)
    if (process.platform !== 'win32' && stats.mode & 0o077) {
      throw new Unavailable('key-exposed', `The key file ${pathInWords(path)} can be read by others.`, {
        hint: `chmod 600 ${shellWord(path)}; if somebody may have read it, make a new key: ssh-admin store rekey`,
      })
    }
    return text
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause
    if (errorCodeOf(cause) === 'ENOENT') {
      throw new Unavailable('key-missing', `The key file is not at ${pathInWords(path)}.`, {
        hint: 'Put it back, or name it with --key-file. Without it nothing can be changed, and no PIN or link made or checked. If it is lost for good, ssh-admin store rekey makes a new one, and voids every open PIN and link.',
        cause,
      })
    }
    throw new Unavailable('key-unreadable', `The key file ${pathInWords(path)} cannot be read.`, {
      hint: 'Check who owns it: it must be readable by you, and by nobody else.',
      cause,
    })
  }
}
