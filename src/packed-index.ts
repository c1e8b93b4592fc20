import type { PackedTexts } from './packed-texts.ts'

/**
 * Where many keys stand in lists of their own, outside the heap: in a map each would have an entry, and be kept once more.
 * Which of two equal keys is found is not said.
 */
class PackedIndex<Key extends string | number> {
  private readonly isAt: (position: number, key: Key) => boolean
  private readonly hashOf: (key: Key) => number
  /** Of each place the position and one, or nothing, and then its hash: at most two thirds of them are taken. */
  private places = new Uint32Array(2 * 1024)
  private taken = 0

  constructor(hashOf: (key: Key) => number, isAt: (position: number, key: Key) => boolean) {
    this.hashOf = hashOf
    this.isAt = isAt
  }

  add(key: Key, position: number): void {
    if (this.taken * 3 >= this.places.length) this.grow()
    this.put(position + 1, this.hashOf(key))
    this.taken += 1
  }

  /** @returns its position, or -1 */
  find(key: Key): number {
    const { places, isAt } = this
    const hash = this.hashOf(key)
    const last = places.length - 2
    for (let place = (hash * 2) & last; ; place = (place + 2) & last) {
      const mark = places[place] ?? 0
      if (mark === 0) return -1
      if (places[place + 1] === hash && isAt(mark - 1, key)) return mark - 1
    }
  }

  private put(mark: number, hash: number): void {
    const { places } = this
    const last = places.length - 2
    let place = (hash * 2) & last
    while (places[place] !== 0) place = (place + 2) & last
    places[place] = mark
    places[place + 1] = hash
  }

  private grow(): void {
    const before = this.places
    this.places = new Uint32Array(before.length * 2)
    for (let place = 0; place < before.length; place += 2) {
      const mark = before[place] ?? 0
      if (mark !== 0) this.put(mark, before[place + 1] ?? 0)
    }
  }
}

export type IndexOfTexts = PackedIndex<string>
export type IndexOfNumbers = PackedIndex<number>

/** @param isAt whether a text stands at a position of its list */
export function indexOfTexts(isAt: PackedTexts['isAt']): IndexOfTexts {
  const factor = oddNumber()
  return new PackedIndex((text) => {
    let hash = text.length
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), factor)
    return spread(hash)
  }, isAt)
}

/** @param isAt whether a number stands at a position of its list */
export function indexOfNumbers(isAt: (position: number, value: number) => boolean): IndexOfNumbers {
  const factor = oddNumber()
  return new PackedIndex((value) => spread(Math.imul(value, factor)), isAt)
}

/** By chance: which texts fall on one place differs from run to run, and is not for a list to choose. */
function oddNumber(): number {
  return Math.floor(Math.random() * 2 ** 31) * 2 + 1
}

function spread(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  const whole = Math.imul(half ^ (half >>> 13), 0xc2_b2_ae_35)
  return (whole ^ (whole >>> 16)) >>> 0
}
