import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { Unavailable } from '../../errors.ts'
import { pathInWords } from '../../shell-word.ts'

interface Header {
  applicationId: number
  /** The size according to the header, in bytes; reliable only if the last writer updated it. */
  size: number
}

/** 'SSHa', the application_id of every store file. */
export const applicationId = 0x53534861

const magic = 'SQLite format 3\0'
const headerLength = 100

/**
 * Reads a database file's header without SQLite, which needs a writable folder when a journal has to be rolled back.
 * @returns undefined for a file that is no database
 */
export function headerOf(path: string): Header | undefined {
  return headerIn(firstBytes(path))
}

/** @param bytes the beginning of a file */
export function headerIn(bytes: Buffer): Header | undefined {
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < headerLength) return undefined
  const saidPageSize = bytes.readUInt16BE(16)
  const pageSize = saidPageSize === 1 ? 65_536 : saidPageSize
  return { applicationId: bytes.readUInt32BE(68), size: pageSize * bytes.readUInt32BE(28) }
}

function firstBytes(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(headerLength)
    return bytes.subarray(0, readSync(file, bytes, 0, headerLength, 0))
  } finally {
    closeSync(file)
  }
}

/** The failure for a store whose header is inconsistent. */
export function damaged(path: string, header: Header): Unavailable {
  return new Unavailable(
    'store-damaged',
    `The store ${pathInWords(path)} is damaged: ${damageOfHeader(path, header)}.`,
    {
      hint: 'Keep all files as they are. ssh-admin store check says more; ssh-admin store restore FILE brings a backup back, and keeps the present store.',
    },
  )
}

function damageOfHeader(path: string, header: Header): string {
  const { size } = statSync(path)
  if (size >= header.size) return 'SQLite cannot read it'
  return `it was cut short, to ${size} of ${header.size} bytes`
}
