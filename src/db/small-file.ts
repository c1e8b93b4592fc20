import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'

interface SmallFile {
  stats: Stats
  /** Nothing for what is no plain file, and would keep its reader waiting. */
  text: string | undefined
}

const maxBytes = 4096

/** Reads the beginning of a file that is small where it is what it should be: a pipe or a device never holds it up. */
export function readSmallFile(path: string): SmallFile {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) return { stats, text: undefined }
    const bytes = Buffer.alloc(maxBytes)
    return { stats, text: bytes.toString('utf8', 0, readSync(file, bytes, 0, maxBytes, 0)) }
  } finally {
    closeSync(file)
  }
}
