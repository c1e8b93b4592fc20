import { hkdfSync } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { Unavailable } from '../errors.ts'

const heading = 'ssh-admin key 1'

/** One key for each use, so that no proof made for one can serve as another. */
export interface Keys {
  pin: Buffer
  link: Buffer
  audit: Buffer
  code: Buffer
  plan: Buffer
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

/** Throws `key-missing`, `key-unreadable` or `key-damaged`. */
export function readKeyFile(path: string): Buffer {
  const [first, second] = contentsOf(path).split('\n')
  const secret = Buffer.from(second ?? '', 'base64')
  if (first !== heading || secret.length !== 32) {
    throw new Unavailable('key-damaged', `${path} is not a key file of ssh-admin, or it is damaged.`, {
      hint: 'Put the key file that belongs to this store back, from where you keep its copy.',
    })
  }
  return secret
}

function contentsOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new Unavailable('key-missing', `The key file is not at ${path}.`, {
        hint: 'Put it back, or name it with --key-file. Without it no PIN or link can be made or checked.',
        cause,
      })
    }
    throw new Unavailable('key-unreadable', `The key file ${path} cannot be read.`, {
      hint: 'Check who owns it: it must be readable by you, and by nobody else.',
      cause,
    })
  }
}
