import { describe, it } from 'vitest'
import { testServer } from './shared-store.ts'

/**
 * What only a store that is a file has, such as its bytes, its permissions or what lies beside it: skipped, and counted
 * so, where worlds have their stores on a server.
 */
export const itInAFile = it.skipIf(testServer !== undefined)
export const describeInAFile = describe.skipIf(testServer !== undefined)
