/** An array, or another list whose items are made whenever it is read, because there may be hundreds of thousands. */
export interface LazyList<Item = unknown> extends Iterable<Item> {
  readonly length: number
  toJSON?: () => Item[]
}

/** A list whose items are made one by one; JSON.stringify writes it as an array. */
export function lazyList<Item>(length: number, items: () => Iterator<Item>): LazyList<Item> {
  const list: LazyList<Item> = { length, [Symbol.iterator]: items, toJSON: () => [...list] }
  return list
}

export function lazyMap<Item, Made>(list: LazyList<Item>, make: (item: Item) => Made): LazyList<Made> {
  return lazyList(list.length, function* () {
    for (const item of list) yield make(item)
  })
}
