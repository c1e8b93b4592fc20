import type { OpenStore } from './open.ts'

/** About how many bytes a copy in a file has; of a server's tables half is what only a server needs. */
export async function bytesToCopy(
  { db, engine }: Pick<OpenStore, 'db' | 'engine'>,
  { withoutContent }: { withoutContent: boolean },
): Promise<number> {
  const size = (await engine.size()) / (engine.isShared ? 2 : 1)
  if (!withoutContent) return size
  const { bytes } = await db
    .selectFrom('contents')
    .select(({ fn }) => fn.sum<number | null>('bytes').as('bytes'))
    .executeTakeFirstOrThrow()
  return Math.max(0, size - (bytes ?? 0))
}
