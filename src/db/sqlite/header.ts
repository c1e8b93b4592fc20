import { closeSync, openSync, readSync } from 'node:fs'

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
