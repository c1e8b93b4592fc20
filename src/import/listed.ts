import type { RosterRow } from './roster-row.ts'
import type { RosterRows } from './roster-rows.ts'

/** A list, or what is one in JSON and whose items are made as they are needed. */
export interface Listed<Item> extends Iterable<Item> {
  readonly length: number
  toJSON?: () => Item[]
}

/** Items that are each made of one row, which is told by its position, and those that take more than one, as they are. */
export class ListedRows<Item extends object> implements Listed<Item> {
  private readonly rows: RosterRows
  private readonly items: readonly (number | Item)[]
  private readonly make: (row: RosterRow) => Item

  constructor(rows: RosterRows, items: readonly (number | Item)[], make: (row: RosterRow) => Item) {
    this.rows = rows
    this.items = items
    this.make = make
  }

  get length(): number {
    return this.items.length
  }

  *[Symbol.iterator](): Generator<Item> {
    for (const item of this.items) {
      const row = typeof item === 'number' ? this.rows.at(item) : undefined
      if (row) yield this.make(row)
      else if (typeof item !== 'number') yield item
    }
  }

  toJSON(): Item[] {
    return [...this]
  }
}
