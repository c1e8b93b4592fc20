import { describe, it } from 'vitest'
import { testServer } from './shared-store.ts'

/**
 * What only a store that is a file has, such as its bytes, its permissions or what lies beside it: skipped, and counted
 * so, where worlds have their stores on a server.
 */
export const itInAFile = it.skipIf(testServer !== undefined)
export const describeInAFile = describe.skipIf(testServer !== undefined)

/** Of a table of commands those that begin a store: as `itInAFile`; the others as `it`. */
export function eachOfCommands<Row>(rows: readonly (readonly [words: string, row: Row])[]) {
  const isInAFile = ([words]: readonly [string, Row]) => words === 'seed'
  return (title: string, test: (words: string, row: Row) => Promise<void>) => {
    it.each(rows.filter((row) => !isInAFile(row)))(title, test)
    itInAFile.each(rows.filter(isInAFile))(title, test)
  }
}
