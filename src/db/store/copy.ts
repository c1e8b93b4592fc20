import type { Interruption } from '../../interruption.ts'
import { isSharedPlace } from '../../shared-place.ts'
import type { Trx } from '../transact.ts'
import type { Copied } from './copy-tables.ts'
import type { OpenStore } from './open.ts'

interface CopyingStore {
  withoutContent: boolean
  interruption: Interruption
  /** Told how many rows have been copied. */
  onRows: (copied: number) => void
  /** Makes a file that is written to a path whole, in its place. */
  writeInPlace: (write: (path: string) => Promise<void>) => Promise<void>
}

/**
 * Copies a store to another place, a file or a server, within the change that has it: nobody changes it meanwhile.
 * All of it is there in the end, or nothing. @throws `store-exists`, `copy-differs`
 */
export async function copyStore(
  store: OpenStore,
  trx: Trx,
  { to, writeInPlace, interruption, ...copying }: CopyingStore & { to: string },
): Promise<Copied> {
  const from = { db: trx, engine: store.engine, version: store.version }
  const options = { ...copying, from, signal: interruption.signal }
  if (isSharedPlace(to)) {
    const { copyToServer } = await import('../postgres/copy-to-server.ts')
    return copyToServer(to, { ...options, interruption })
  }
  const { copyToFile } = await import('../sqlite/new-file.ts')
  let copied: Copied | undefined
  await writeInPlace(async (path) => {
    copied = await copyToFile(path, options)
  })
  if (!copied) throw new Error(`nothing was written to ${to}`)
  return copied
}

/** Whether a store could be made in this place of a server; nothing is. */
export async function rehearseCopy(to: string): Promise<void> {
  if (!isSharedPlace(to)) return
  const { rehearseNewSchema } = await import('../postgres/copy-to-server.ts')
  await rehearseNewSchema(to)
}
