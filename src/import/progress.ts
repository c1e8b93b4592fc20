/** Progress is reported once for this many items: a call for each item would cost more than the item. */
const progressInterval = 500

/** Passes the items on, and reports now and then how many have passed. */
export function* withProgress<Item>(
  items: Iterable<Item>,
  onProgress: (done: number) => void,
): Generator<Item> {
  let done = 0
  for (const item of items) {
    done += 1
    if (done % progressInterval === 0) onProgress(done)
    yield item
  }
}
