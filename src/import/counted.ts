/** How often it is said: a call for each item would cost more than the item. */
const every = 500

/** The same items; says now and then how many have passed. */
export function* counted<Item>(items: Iterable<Item>, onPass: (done: number) => void): Generator<Item> {
  let done = 0
  for (const item of items) {
    done += 1
    if (done % every === 0) onPass(done)
    yield item
  }
}
