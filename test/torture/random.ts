/** Numbers that look random and are the same each time for a seed (mulberry32). */
export interface Random {
  /** A whole number from 0 up to, and without, this one. */
  below: (limit: number) => number
  oneOf: <Value>(values: readonly [Value, ...Value[]]) => Value
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, oneOf: (values) => values[below(values.length)] ?? values[0] }
}
