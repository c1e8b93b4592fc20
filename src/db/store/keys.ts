import { hkdfSync } from 'node:crypto'
import { closeSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fsyncSync, openSync, renameSync, rmSync, trySyncFolder, writeSync } from '../../disk.ts'
import { errorCodeOf, Unavailable } from '../../errors.ts'
import { readSmallFile } from '../../input-file.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'
import type { Engine } from '../engine.ts'

const heading = 'ssh-admin key 1'

/** One key for each use, so that no proof made for one can serve as another. */
export interface Keys {
  pin: Buffer
  link: Buffer
  audit: Buffer
  code: Buffer
  plan: Buffer
  erasure: Buffer
  signIn: Buffer
  /** What the store keeps, to know its own key again. */
  fingerprint: string
}

/** @param secret the 32 bytes of the key file */
export function deriveKeys(secret: Buffer): Keys {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', use, 32))
  return {
    pin: derive('pin'),
    link: derive('link'),
    audit: derive('audit'),
    code: derive('code'),
    plan: derive('plan'),
    erasure: derive('erasure'),
    signIn: derive('sign-in'),
    fingerprint: derive('fingerprint').toString('hex'),
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

/** Where a new key waits beside the old one until the store knows it; named by its own fingerprint. */
export function waitingKeyFile(keyFile: string, fingerprint: string): string {
  return `${keyFile}.${fingerprint.slice(0, 16)}.new`
}

/** Where the key stays that had the key file's name before, for a copy of the store that has it still; named by its own fingerprint. */
export function keptKeyFile(keyFile: string, fingerprint: string): string {
  return `${keyFile}.${fingerprint.slice(0, 16)}.old`
}

/** Where the key that has the key file's name now will stay once another has it; undefined where there is none. */
export function whereKeyIsKept(keyFile: string): string | undefined {
  const secret = secretAt(keyFile)
  return secret && keptKeyFile(keyFile, deriveKeys(secret).fingerprint)
}

/** The file that has a store's key: another store that had the same one may have been given a new one, which has the name now. */
export function fileOfKey({
  keyFile,
  engine,
}: {
  keyFile: string
  engine: Pick<Engine, 'fingerprint'>
}): string {
  const kept = keptKeyFile(keyFile, engine.fingerprint())
  return existsSync(kept) && whereKeyIsKept(keyFile) !== kept ? kept : keyFile
}

/** What is there of a key that is to be given way; nothing where there is none. @throws where it cannot be read */
function secretAt(path: string): Buffer | undefined {
  try {
    const { text } = readSmallFile(path)
    return text === undefined ? undefined : secretIn(text, path)
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT' || error instanceof Unavailable) return undefined
    throw error
  }
}

/** A key cannot be made again, and copies of one store, or a backup, may have it still. */
function keepFormerKey(keyFile: string, fingerprint: string): void {
  const secret = secretAt(keyFile)
  if (!secret) return
  const former = deriveKeys(secret).fingerprint
  if (former === fingerprint) return
  const kept = keptKeyFile(keyFile, former)
  if (secretAt(kept)?.equals(secret)) return
  // One that is not whole, of a command that was cut short.
  rmSync(kept, { force: true })
  writeKeyFile(kept, secret)
  trySyncFolder(dirname(keyFile))
}

/**
 * Gives the store's new key the key file's name, and the one that has it another. Somebody else may have done so
 * already; where it cannot be done, the key is found under the name that it has. @returns whether it has the name
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

/** Where the key of a store is read. */
interface KeySource {
  keyFile: string
  /** Where a command gives the key, and no file: its 32 bytes. */
  secret?: (() => Buffer) | undefined
  /** Several desks have copies of the key, of which one may be older. */
  isShared: boolean
}

/** The keys of a store, read when they are first asked for. Throws `key-mismatch`, and what `readKeyFile` throws. */
export function keysOfStore(
  { fingerprint }: Pick<Engine, 'fingerprint'>,
  source: () => KeySource,
): () => Keys {
  let keys: Keys | undefined
  return () => {
    // Asked anew each time: another process may have given the store a new key meanwhile.
    const present = fingerprint()
    if (keys?.fingerprint !== present) keys = keysOfFingerprint(source(), present)
    return keys
  }
}

function keysOfFingerprint({ keyFile, secret, isShared }: KeySource, fingerprint: string): Keys {
  const waiting = waitingKeyFile(keyFile, fingerprint)
  // A rekeying that was cut short after the store knew the new key, and before the file had its name.
  const waited = existsSync(waiting) ? deriveKeys(readKeyFile(waiting)) : undefined
  if (waited?.fingerprint === fingerprint) {
    renameWaitingKey(keyFile, fingerprint)
    return waited
  }
  const keys = deriveKeys(secret ? secret() : isShared ? readCopyOfKey(keyFile) : readKeyFile(keyFile))
  if (fingerprint === keys.fingerprint) return keys
  const kept = secret ? undefined : keptKeys(keyFile, fingerprint)
  if (kept) return kept
  const named = secret ? 'What the command gives' : keyFile
  if (isShared) {
    throw new Unavailable(
      'key-mismatch',
      `${named} is not the key of this store: the store was given a new key since, or it is the key of another one.`,
      {
        hint: 'ssh-admin audit list --action store.rekeyed says who gave it a new key, and when: bring a copy of that key here. Nothing was changed.',
      },
    )
  }
  throw new Unavailable('key-mismatch', `${named} is the key of another store.`, {
    hint: 'Name the right one with --key-file.',
    add: ['--key-file', 'FILE'],
  })
}

/** Of a store whose key gave way to that of another. */
export function keptKeys(keyFile: string, fingerprint: string): Keys | undefined {
  const kept = keptKeyFile(keyFile, fingerprint)
  const keys = existsSync(kept) ? deriveKeys(readKeyFile(kept)) : undefined
  return keys?.fingerprint === fingerprint ? keys : undefined
}

/** At a desk that is new, nobody has put it there yet. */
function readCopyOfKey(keyFile: string): Buffer {
  try {
    return readKeyFile(keyFile)
  } catch (error) {
    if (!(error instanceof Unavailable) || error.code !== 'key-missing') throw error
    throw new Unavailable(error.code, error.message, {
      hint: 'Bring a copy of it from another desk, where it has the same name, or name it with --key-file. Without it a desk looks at the store, and changes nothing.',
      cause: error,
    })
  }
}

/** Why the key of a store cannot be used, and how that is mended; undefined where it can. */
export function keyTrouble(store: { keys: () => Keys }): Unavailable | undefined {
  try {
    store.keys()
    return undefined
  } catch (error) {
    if (error instanceof Unavailable) return error
    throw error
  }
}

export type KeyStatus = 'there' | 'missing' | 'of-another-store' | 'unreadable'

/** Whether the key of a store can be used, by why it cannot. */
export function keyStatus(trouble: Unavailable | undefined): KeyStatus {
  if (trouble === undefined) return 'there'
  if (trouble.code === 'key-missing') return 'missing'
  return trouble.code === 'key-mismatch' ? 'of-another-store' : 'unreadable'
}

/** Throws `key-missing`, `key-exposed`, `key-unreadable` or `key-damaged`. */
export function readKeyFile(path: string): Buffer {
  return secretIn(contentsOf(path), path)
}

/** @param named where the text is from */
export function secretIn(text: string, named: string): Buffer {
  const [first, second] = text.split('\n')
  const secret = Buffer.from(second ?? '', 'base64')
  if (first !== heading || secret.length !== 32) throw noKeyFile(named)
  return secret
}

function noKeyFile(path: string): Unavailable {
  return new Unavailable('key-damaged', `${path} is not a key file of ssh-admin, or it is damaged.`, {
    hint: 'Put the key file that belongs to this store back, from where you keep its copy.',
  })
}

/** Whoever owns a file can change it; root, who can anyway, may use anybody's. */
function refuseStrangersKey(path: string, { uid }: { uid: number }): void {
  const us = process.getuid?.()
  if (us === undefined || us === 0 || uid === us || uid === 0) return
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
    refuseStrangersKey(path, stats)
    if (text === undefined) throw noKeyFile(path)
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
        hint: 'Put it back, or name it with --key-file. Without it nothing can be changed, and no PIN or link made or checked.',
        cause,
      })
    }
    throw new Unavailable('key-unreadable', `The key file ${pathInWords(path)} cannot be read.`, {
      hint: 'Check who owns it: it must be readable by you, and by nobody else.',
      cause,
    })
  }
}
