/** Who of very many shares a key with another: of each, two numbers are kept, and not the key. */
export interface SharedKeys {
  add: (id: number, key: string) => void
  /** The ids of those whose keys are the same, as far as 60 bits tell; only where there are two or more. */
  groups: () => Generator<number[]>
}

const first = 0x811c_9dc5
const second = 0x9e37_79b9

export function sharedKeys(): SharedKeys {
  let count = 0
  let ids = new Float64Array(1024)
  let hashes = new Uint32Array(1024)
  let others = new Uint32Array(1024)
  return {
    add(id, key) {
      if (count === ids.length) {
        ids = longer(ids, new Float64Array(2 * count))
        hashes = longer(hashes, new Uint32Array(2 * count))
        others = longer(others, new Uint32Array(2 * count))
      }
      ids[count] = id
      hashes[count] = hashOf(key, first)
      others[count] = hashOf(key, second)
      count += 1
    },
    *groups() {
      for (const places of runs(hashes.subarray(0, count))) {
        const same = new Map<number, number[]>()
        for (const place of places) {
          const other = others[place] ?? 0
          const id = ids[place] ?? 0
          const group = same.get(other)
          if (group) group.push(id)
          else same.set(other, [id])
        }
        for (const group of same.values()) if (group.length > 1) yield group
      }
    },
  }
}

/** The places of equal numbers, of two or more. */
function* runs(hashes: Uint32Array): Generator<number[]> {
  // The number and its place in one: so they are sorted without a comparison in between.
  const width = 2 ** Math.ceil(Math.log2(hashes.length + 1))
  const kept = Math.min(2 ** 32, 2 ** 53 / width)
  const sorted = Float64Array.from(hashes, (hash, place) => (hash % kept) * width + place).sort()
  let run: number[] = []
  let before = -1
  for (const packed of sorted) {
    const hash = Math.floor(packed / width)
    if (hash !== before) {
      if (run.length > 1) yield run
      run = []
      before = hash
    }
    run.push(packed % width)
  }
  if (run.length > 1) yield run
}

function longer<List extends Float64Array | Uint32Array>(from: List, to: List): List {
  to.set(from)
  return to
}

function hashOf(key: string, seed: number): number {
  let hash = seed
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x0100_0193)
  // What the last letters changed reaches the first bits too.
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85eb_ca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
