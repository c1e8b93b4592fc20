import { availableParallelism } from 'node:os'

/** Does the work for every item, as many at a time as the machine has processors. */
export async function atOnce<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  workers = availableParallelism(),
): Promise<void> {
  const waiting = items.values()
  const each = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: workers }, each))
}
