const maxNumber = 2 ** 32 - 1

/** Whole numbers from 0 on, below 2³², in one piece of memory. */
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
const withinPiece = 2 ** pieceBits - 1
/** So many pieces are made one by one, further ones so many at once: so large a block goes back to the system when it is let go of. */
const fewPieces = 16
const piecesOfBlock = 32
/** In letters, of three bytes at most; a longer text is kept as it is. */
const maxPacked = 8000
/** Five hundred for each row that a sheet can have. As bytes they are fewer than 2³¹, so that twice their places are numbers below 2³². */
const maxLetters = 2 ** 29
const isUtf8 = 0x80_00
const latin1 = /^[\0-\xff]*$/
const loneSurrogate = /\p{Cs}/u

/** So many texts are kept as they are, which takes no time: of more of them, memory is worth more than time. */
const fewTexts = 100_000

/** From so many on, those that were kept as they are until then are packed, too. */
const manyTexts = 150_000

/** So many different texts are kept once, where they come again: a column of countries has few. */
const maxKnown = 1000
/** How many texts tell whether they come again. */
const enough = 4 * maxKnown

/**
 * A list of many texts, all but the first of them outside the heap, as bytes: a million of them there would each have a
 * head and a place, and the collector would look at them time and again. Each is made when it is asked for.
 */
export class PackedTexts {
  /** Of each text twice where it begins, or twice its place among those that are kept as they are, and one. */
  private readonly references = new PackedNumbers()
  private readonly pieces: Buffer[] = []
  /** Pieces of it come next. */
  private block: Buffer | undefined
  private end = 0
  private readonly kept: string[] = []
  private known: Map<string, number> | undefined = new Map()
  private again = 0
  private few: number
  private readonly cut: boolean
  private readonly letters: number
  private readonly refusal: () => Error
  private taken = 0

  /**
   * @param few so many texts are kept as they are
   * @param cut whether they are cut from longer ones: one that is kept would hold all of it
   * @param letters so many are taken; a text that is shared by very many cells has more, and would fill the memory
   * @param refusal what is thrown where there are more
   */
  constructor({
    few = fewTexts,
    cut = false,
    letters = maxLetters,
    refusal = () => new RangeError(`more than ${letters} letters are not kept`),
  }: { few?: number; cut?: boolean; letters?: number; refusal?: () => Error } = {}) {
    this.few = few
    this.cut = cut
    this.letters = letters
    this.refusal = refusal
  }

  get length(): number {
    return this.references.length
  }

  push(text: string): void {
    this.references.push(this.referenceTo(text))
    if (this.length === manyTexts && this.kept.length > maxKnown) this.packKept()
  }

  at(position: number): string {
    const reference = this.references.at(position)
    if (reference % 2 === 1) return this.kept[reference >>> 1] ?? ''
    const begin = reference >>> 1
    const piece = this.pieces[begin >>> pieceBits]
    const at = begin & withinPiece
    const size = piece?.readUInt16LE(at) ?? 0
    const from = at + 2
    return (
      (size >= isUtf8
        ? piece?.toString('utf8', from, from + size - isUtf8)
        : piece?.toString('latin1', from, from + size)) ?? ''
    )
  }

  /** Whether this text stands there; hardly any is made to tell. */
  isAt(position: number, text: string): boolean {
    const reference = this.references.at(position)
    if (reference % 2 === 1) return this.kept[reference >>> 1] === text
    const begin = reference >>> 1
    const piece = this.pieces[begin >>> pieceBits]
    const at = begin & withinPiece
    const size = piece?.readUInt16LE(at) ?? 0
    if (size >= isUtf8 || piece === undefined) return this.at(position) === text
    if (size !== text.length) return false
    for (let letter = 0; letter < size; letter += 1)
      if (piece[at + 2 + letter] !== text.charCodeAt(letter)) return false
    return true
  }

  set(position: number, text: string): void {
    this.references.set(position, this.referenceTo(text))
  }

  private referenceTo(text: string): number {
    const same = this.known?.get(text)
    if (same !== undefined) {
      this.again += 1
      return same
    }
    if (this.known !== undefined) {
      if (this.known.size < maxKnown) {
        const reference = this.keep(text)
        this.known.set(this.kept.at(-1) ?? text, reference)
        return reference
      }
      if (this.length > enough && this.again < this.length / 2) this.known = undefined
    }
    this.taken += text.length
    if (this.taken > this.letters) throw this.refusal()
    return this.kept.length < this.few || text.length > maxPacked ? this.keep(text) : this.pack(text)
  }

  /** All but those that come again. */
  private packKept(): void {
    this.few = 0
    const unpacked = this.kept.splice(maxKnown)
    for (let position = 0; position < this.length; position += 1) {
      const reference = this.references.at(position)
      const text = reference % 2 === 1 ? unpacked[(reference >>> 1) - maxKnown] : undefined
      if (text !== undefined)
        this.references.set(position, text.length > maxPacked ? this.keep(text) : this.pack(text))
    }
  }

  /** Gives their memory back at once, and not when the collector comes: nothing is asked of it any more. */
  letGo(): void {
    const buffers = new Set<ArrayBuffer>()
    for (const { buffer } of this.pieces) if (buffer instanceof ArrayBuffer) buffers.add(buffer)
    this.pieces.length = 0
    this.kept.length = 0
    this.block = undefined
    // What is sent belongs to whom it is sent to, who is gone.
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(undefined, [...buffers])
    port1.close()
    port2.close()
  }

  private newPiece(): Buffer {
    const size = 2 ** pieceBits
    const index = (this.pieces.length - fewPieces) % piecesOfBlock
    if (this.pieces.length < fewPieces) return Buffer.allocUnsafeSlow(size)
    if (index === 0 || this.block === undefined) this.block = Buffer.allocUnsafeSlow(piecesOfBlock * size)
    return this.block.subarray(index * size, (index + 1) * size)
  }

  private keep(text: string): number {
    // A copy is made of whole letters: half of a pair would not come back as it was.
    return this.kept.push(this.cut && !loneSurrogate.test(text) ? copyOfText(text) : text) * 2 - 1
  }

  private pack(text: string): number {
    // A text lies in one piece, whole.
    if ((this.end & withinPiece) + 2 + text.length * 3 > withinPiece || this.pieces.length === 0) {
      this.end = this.pieces.length * 2 ** pieceBits
      this.pieces.push(this.newPiece())
    }
    const begin = this.end
    const at = begin & withinPiece
    const piece = this.pieces[begin >>> pieceBits]
    if (piece === undefined) throw new Error('a piece begins where the one before it ends')
    let size = piece.write(text, at + 2)
    let mark = 0
    if (size !== text.length) {
      // Half of a pair would not come back as it was.
      if (loneSurrogate.test(text)) return this.keep(text)
      if (latin1.test(text)) size = piece.write(text, at + 2, 'latin1')
      else mark = isUtf8
    }
    piece.writeUInt16LE(size + mark, at)
    this.end += size + 2
    return begin * 2
  }
}

/** Values of which there are few different ones, such as kinds: a byte each. */
export class PackedChoices<Value> {
  private readonly first: Value
  private readonly choices: Value[]
  private bytes = new Uint8Array(1024)
  private length = 0

  /** @param first one of them */
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
 * A copy of its own: a slice keeps the whole piece of XML alive that it was cut from, and takes two
 * bytes for each letter where one letter of the piece is not Latin. Only for well-formed text.
 */
export function copyOfText(text: string): string {
  // A character takes three bytes at most.
  if (text.length * 3 > pool.length) return Buffer.from(text).toString()
  return pool.toString('utf8', 0, pool.write(text))
}
