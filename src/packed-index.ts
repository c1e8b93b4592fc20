import type { PackedTexts } from './packed-texts.ts'

/**
 * A hash index outside the heap, from keys to their positions in a packed list: a Map would need an entry for each key
 * and keep every key a second time. Of equal keys, any may be found.
 */
class PackedIndex<Key extends string | number> {
  private readonly isAt: (position: number, key: Key) => boolean
  private readonly hashOf: (key: Key) => number
  /** Two numbers for each slot: position + 1, or 0 for a free slot, and the hash. At most two thirds are taken. */
  private slots = new Uint32Array(2 * 1024)
  private taken = 0

  constructor(hashOf: (key: Key) => number, isAt: (position: number, key: Key) => boolean) {
    this.hashOf = hashOf
    this.isAt = isAt
  }

  add(key: Key, position: number): void {
    if (this.taken * 3 >= this.slots.length) this.grow()
    this.put(position + 1, this.hashOf(key))
    this.taken += 1
  }

  /** @returns the key's position, or -1 */
  find(key: Key): number {
    const { slots, isAt } = this
    const hash = this.hashOf(key)
    const last = slots.length - 2
    for (let slot = (hash * 2) & last; ; slot = (slot + 2) & last) {
      const mark = slots[slot] ?? 0
      if (mark === 0) return -1
      if (slots[slot + 1] === hash && isAt(mark - 1, key)) return mark - 1
    }
  }

  private put(mark: number, hash: number): void {
    const { slots } = this
    const last = slots.length - 2
    let slot = (hash * 2) & last
    while (slots[slot] !== 0) slot = (slot + 2) & last
    slots[slot] = mark
    slots[slot + 1] = hash
  }

  private grow(): void {
    const before = this.slots
    this.slots = new Uint32Array(before.length * 2)
    for (let slot = 0; slot < before.length; slot += 2) {
      const mark = before[slot] ?? 0
      if (mark !== 0) this.put(mark, before[slot + 1] ?? 0)
    }
  }
}

type IndexOfTexts = PackedIndex<string>
type IndexOfNumbers = PackedIndex<number>

/** @param isAt whether the text is at a position of the list */
export function indexOfTexts(isAt: PackedTexts['isAt']): IndexOfTexts {
  const factor = randomOddFactor()
  return new PackedIndex((text) => {
    let hash = text.length
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), factor)
    return mixHash(hash)
  }, isAt)
}

/** @param isAt whether the number is at a position of the list */
export function indexOfNumbers(isAt: (position: number, value: number) => boolean): IndexOfNumbers {
  const factor = randomOddFactor()
  return new PackedIndex((value) => mixHash(Math.imul(value, factor)), isAt)
}

/** A random factor, so that nobody can prepare a list whose texts all collide. */
function randomOddFactor(): number {
  return Math.floor(Math.random() * 2 ** 31) * 2 + 1
}

function mixHash(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  const whole = Math.imul(half ^ (half >>> 13), 0xc2_b2_ae_35)
  return (whole ^ (whole >>> 16)) >>> 0
}
