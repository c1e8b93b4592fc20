import { closeSync, openSync, readSync } from 'node:fs'

/** What SQLite calls an error; nothing for an error of something else. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** Somebody else has the store at this moment, or has just put another one in its place. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|READONLY_DBMOVED)/.test(codeOf(error))
}

/** SQLite says that a store does not hold together. */
export function isDamage(error: unknown): error is Error {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error)) || missesItsTables(error)
}

/** A table or column that each store has is not there: what the file says of its own tables is not what was written. */
export function missesItsTables(error: unknown): boolean {
  if (codeOf(error) !== 'SQLITE_ERROR' || !(error instanceof Error)) return false
  return /^no such (table|column|index): |has no column named /.test(error.message)
}

/** There is no room, or the disk does not answer: nothing is wrong with the store. */
export function isAboutTheDisk(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|NOMEM)/.test(codeOf(error))
}

/** The file, or the folder in which SQLite keeps what belongs to it, cannot be written. */
export function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR_SHM)/.test(codeOf(error))
}

export interface Header {
  applicationId: number
  /** As the file says itself, in bytes; only what was written last is sure to be in it. */
  size: number
}

const magic = 'SQLite format 3\0'

/**
 * What a database file says at its beginning, read without SQLite: that would need a folder in which it can write
 * as soon as there is something to roll back. Nothing for a file that is no database.
 */
export function headerOf(path: string): Header | undefined {
  const bytes = firstBytes(path, 100)
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < 100) return undefined
  const saidPageSize = bytes.readUInt16BE(16)
  const pageSize = saidPageSize === 1 ? 65_536 : saidPageSize
  return { applicationId: bytes.readUInt32BE(68), size: pageSize * bytes.readUInt32BE(28) }
}

function firstBytes(path: string, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0))
  } finally {
    closeSync(file)
  }
}
