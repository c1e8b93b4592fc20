const maxNumber = 2 ** 32 - 1

/** A list of whole numbers from 0 to 2³² - 1 in one typed array. */
export class PackedNumbers {
  length = 0
  private values = new Uint32Array(1024)

  push(value: number): void {
    if (value > maxNumber) throw new RangeError(`${value} does not fit in 32 bits`)
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length] = value
    this.length += 1
  }

  at(position: number): number {
    return this.values[position] ?? 0
  }

  set(position: number, value: number): void {
    this.values[position] = value
  }
}

const pieceBits = 20
const offsetMask = 2 ** pieceBits - 1
/** The first pieces are allocated one by one, later ones in blocks so large that freed ones go back to the system. */
const singlePieces = 16
const piecesPerBlock = 32
/** The most letters of a packed text, each up to three bytes; a longer text is kept as a string. */
const maxPacked = 8000
/** 500 letters for each row of a full sheet; packed, they are fewer than 2³¹ bytes, so that offset · 2 fits 32 bits. */
const maxLetters = 2 ** 29
const utf8Flag = 0x80_00
const latin1 = /^[\0-\xff]*$/
const loneSurrogate = /\p{Cs}/u

/** So many texts are kept as strings, which costs no time; with more of them, memory is worth more than time. */
const defaultUnpacked = 100_000

/** At so many texts, those that were kept as strings are packed too. */
const packAllAt = 150_000

/** So many distinct texts are looked up and stored once each; a column of countries has few distinct texts. */
const maxDistinct = 1000
/** After so many texts it is decided whether texts repeat often enough for the look-up. */
const minForDistinctCheck = 4 * maxDistinct

/**
 * A list of many texts, all but the first packed as bytes outside the heap: as strings, a million texts would each have
 * a header and a pointer, which the garbage collector would trace again and again. A text is decoded at each access.
 */
export class PackedTexts {
  /** For each text twice its byte offset, or, where it is kept as a string, twice its index in `unpacked` plus one. */
  private readonly references = new PackedNumbers()
  private readonly pieces: Buffer[] = []
  /** The allocation from which the next pieces are taken. */
  private block: Buffer | undefined
  private end = 0
  private readonly unpacked: string[] = []
  private distinct: Map<string, number> | undefined = new Map()
  private repeats = 0
  private maxUnpacked: number
  private readonly areSlices: boolean
  private readonly letterLimit: number
  private readonly tooManyLetters: () => Error
  private lettersTaken = 0

  /**
   * @param maxUnpacked the number of texts that are kept as strings
   * @param areSlices whether the texts are slices of longer strings, which a kept slice would hold in memory
   * @param letterLimit the most letters in all; one text shared by very many cells has more, and would fill the memory
   * @param tooManyLetters makes the error for more letters
   */
  constructor({
    maxUnpacked = defaultUnpacked,
    areSlices = false,
    letterLimit = maxLetters,
    tooManyLetters = () => new RangeError(`more than ${letterLimit} letters are not kept`),
  }: { maxUnpacked?: number; areSlices?: boolean; letterLimit?: number; tooManyLetters?: () => Error } = {}) {
    this.maxUnpacked = maxUnpacked
    this.areSlices = areSlices
    this.letterLimit = letterLimit
    this.tooManyLetters = tooManyLetters
  }

  get length(): number {
    return this.references.length
  }

  push(text: string): void {
    this.references.push(this.referenceTo(text))
    if (this.length === packAllAt && this.unpacked.length > maxDistinct) this.packAll()
  }

  at(position: number): string {
    const reference = this.references.at(position)
    if (reference % 2 === 1) return this.unpacked[reference >>> 1] ?? ''
    const begin = reference >>> 1
    const piece = this.pieces[begin >>> pieceBits]
    const at = begin & offsetMask
    const size = piece?.readUInt16LE(at) ?? 0
    const from = at + 2
    return (
      (size >= utf8Flag
        ? piece?.toString('utf8', from, from + size - utf8Flag)
        : piece?.toString('latin1', from, from + size)) ?? ''
    )
  }

  /** Whether the text is at a position, compared by its bytes; only few texts are decoded for it. */
  isAt(position: number, text: string): boolean {
    const reference = this.references.at(position)
    if (reference % 2 === 1) return this.unpacked[reference >>> 1] === text
    const begin = reference >>> 1
    const piece = this.pieces[begin >>> pieceBits]
    const at = begin & offsetMask
    const size = piece?.readUInt16LE(at) ?? 0
    if (size >= utf8Flag || piece === undefined) return this.at(position) === text
    if (size !== text.length) return false
    for (let letter = 0; letter < size; letter += 1)
      if (piece[at + 2 + letter] !== text.charCodeAt(letter)) return false
    return true
  }

  set(position: number, text: string): void {
    this.references.set(position, this.referenceTo(text))
  }

  private referenceTo(text: string): number {
    const same = this.distinct?.get(text)
    if (same !== undefined) {
      this.repeats += 1
      return same
    }
    if (this.distinct !== undefined) {
      if (this.distinct.size < maxDistinct) {
        const reference = this.keepUnpacked(text)
        this.distinct.set(this.unpacked.at(-1) ?? text, reference)
        return reference
      }
      if (this.length > minForDistinctCheck && this.repeats < this.length / 2) this.distinct = undefined
    }
    this.lettersTaken += text.length
    if (this.lettersTaken > this.letterLimit) throw this.tooManyLetters()
    return this.unpacked.length < this.maxUnpacked || text.length > maxPacked
      ? this.keepUnpacked(text)
      : this.pack(text)
  }

  /** Packs the unpacked texts, except those that are stored once for many positions. */
  private packAll(): void {
    this.maxUnpacked = 0
    const moved = this.unpacked.splice(maxDistinct)
    for (let position = 0; position < this.length; position += 1) {
      const reference = this.references.at(position)
      const text = reference % 2 === 1 ? moved[(reference >>> 1) - maxDistinct] : undefined
      if (text !== undefined)
        this.references.set(position, text.length > maxPacked ? this.keepUnpacked(text) : this.pack(text))
    }
  }

  /** Frees the memory at once, without waiting for the garbage collector; the list must not be used afterwards. */
  release(): void {
    const buffers = new Set<ArrayBuffer>()
    for (const { buffer } of this.pieces) if (buffer instanceof ArrayBuffer) buffers.add(buffer)
    this.pieces.length = 0
    this.unpacked.length = 0
    this.block = undefined
    // Transferring the buffers to a port that is closed frees their memory.
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(undefined, [...buffers])
    port1.close()
    port2.close()
  }

  private newPiece(): Buffer {
    const size = 2 ** pieceBits
    const index = (this.pieces.length - singlePieces) % piecesPerBlock
    if (this.pieces.length < singlePieces) return Buffer.allocUnsafeSlow(size)
    if (index === 0 || this.block === undefined) this.block = Buffer.allocUnsafeSlow(piecesPerBlock * size)
    return this.block.subarray(index * size, (index + 1) * size)
  }

  private keepUnpacked(text: string): number {
    // copyOfText re-encodes the text as UTF-8, in which a lone surrogate would be lost.
    return this.unpacked.push(this.areSlices && !loneSurrogate.test(text) ? copyOfText(text) : text) * 2 - 1
  }

  private pack(text: string): number {
    // A text never crosses the border between two pieces.
    if ((this.end & offsetMask) + 2 + text.length * 3 > offsetMask || this.pieces.length === 0) {
      this.end = this.pieces.length * 2 ** pieceBits
      this.pieces.push(this.newPiece())
    }
    const begin = this.end
    const at = begin & offsetMask
    const piece = this.pieces[begin >>> pieceBits]
    if (piece === undefined) throw new Error('a piece begins where the one before it ends')
    let size = piece.write(text, at + 2)
    let mark = 0
    if (size !== text.length) {
      // A lone surrogate would be lost in UTF-8.
      if (loneSurrogate.test(text)) return this.keepUnpacked(text)
      if (latin1.test(text)) size = piece.write(text, at + 2, 'latin1')
      else mark = utf8Flag
    }
    piece.writeUInt16LE(size + mark, at)
    this.end += size + 2
    return begin * 2
  }
}

/** A list of values of which few are distinct, such as kinds: one byte each. */
export class PackedChoices<Value> {
  private readonly first: Value
  private readonly choices: Value[]
  private bytes = new Uint8Array(1024)
  private length = 0

  /** @param first one of the values */
  constructor(first: Value) {
    this.first = first
    this.choices = [first]
  }

  push(value: Value): void {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(this.length * 2)
      larger.set(this.bytes)
      this.bytes = larger
    }
    const known = this.choices.indexOf(value)
    this.bytes[this.length] = known === -1 ? this.choices.push(value) - 1 : known
    this.length += 1
  }

  at(position: number): Value {
    return this.choices[this.bytes[position] ?? 0] ?? this.first
  }
}

const pool = Buffer.allocUnsafe(16 * 1024)

/**
 * A flat copy of a text: a slice would keep the whole chunk of XML alive that it was cut from, and take two bytes for
 * each letter where one letter of the chunk is not Latin-1. Only for well-formed text.
 */
export function copyOfText(text: string): string {
  // Each UTF-16 unit takes three bytes at most.
  if (text.length * 3 > pool.length) return Buffer.from(text).toString()
  return pool.toString('utf8', 0, pool.write(text))
}
