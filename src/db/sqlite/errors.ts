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
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
}

/** There is no room, or the disk does not answer: nothing is wrong with the store. */
export function isAboutTheDisk(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|NOMEM)/.test(codeOf(error))
}

/** The file, or the folder in which SQLite keeps what belongs to it, cannot be written. */
export function isUnwritable(error: unknown): boolean {
  return /^SQLITE_(READONLY|CANTOPEN|PERM|IOERR_SHM)/.test(codeOf(error))
}
