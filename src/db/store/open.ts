import { isServerAddress } from '../../server-address.ts'
import type { Opening, OpenStore } from './opening.ts'

/** Opens the store with the engine that keeps it. */
export async function openStore(opening: Opening): Promise<OpenStore> {
  if (isServerAddress(opening.path)) {
    const { openSharedStore } = await import('../postgres/open.ts')
    return openSharedStore(opening)
  }
  const { openSqliteStore } = await import('../sqlite/open.ts')
  return openSqliteStore(opening)
}
