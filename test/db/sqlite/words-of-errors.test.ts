import { describe, expect, it } from 'vitest'
import { toFailure } from '../../../src/db/sqlite/errors.ts'

describe('what SQLite says of a disk', () => {
  it.each([
    ['SQLITE_FULL', 'store-full', 'The disk is full.'],
    ['SQLITE_IOERR_SHMSIZE', 'store-full', 'The disk is full.'],
    ['SQLITE_IOERR_WRITE', 'store-unavailable', 'The disk takes nothing.'],
    ['SQLITE_IOERR_READ', 'store-unavailable', 'The disk does not answer.'],
  ])('is told in the words of the system: %s', (code, name, message) => {
    expect(toFailure(Object.assign(new Error('disk I/O error'), { code }))).toMatchObject({
      code: name,
      message,
    })
  })
})
