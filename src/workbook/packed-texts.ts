import { copyOfText, zipBomb } from './errors.ts'

/** Whole numbers from 0 on, below 2³², in one piece of memory. */
export class PackedNumbers {
  length = 0
  private values = new Uint32Array(1024)

  push(value: number): void {
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
/** In letters, of three bytes at most; a longer text is kept as it is. */
const maxPacked = 8000
/** Five hundred for each row that a sheet can have. As bytes they are fewer than 2³¹, so that twice their places are numbers below 2³². */
const maxLetters = 2 ** 29
const isUtf8 = 0x80_00
const latin1 = /^[\0-\xff]*$/
const loneSurrogate = /\p{Cs}/u

/** So many texts are kept as they are, which takes no time: of more of them, memory is worth more than time. */
const fewTexts = 100_000

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
  private end = 0
  private readonly kept: string[] = []
  private known: Map<string, number> | undefined = new Map()
  private again = 0
  private readonly few: number
  private readonly cut: boolean
  private readonly letters: number
  private taken = 0

  /**
   * @param few so many texts are kept as they are
   * @param cut whether they are cut from longer ones: one that is kept would hold all of it
   * @param letters so many are taken; a text that is shared by very many cells has more, and would fill the memory
   */
  constructor({
    few = fewTexts,
    cut = false,
    letters = maxLetters,
  }: { few?: number; cut?: boolean; letters?: number } = {}) {
    this.few = few
    this.cut = cut
    this.letters = letters
  }

  get length(): number {
    return this.references.length
  }

  /** @throws `workbook-bomb` */
  push(text: string): void {
    this.references.push(this.referenceTo(text))
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
    if (this.taken > this.letters) throw zipBomb('one of its columns has more text than any list needs')
    return this.kept.length < this.few || text.length > maxPacked ? this.keep(text) : this.pack(text)
  }

  private keep(text: string): number {
    // A copy is made of whole letters: half of a pair would not come back as it was.
    return this.kept.push(this.cut && !loneSurrogate.test(text) ? copyOfText(text) : text) * 2 - 1
  }

  private pack(text: string): number {
    // A text lies in one piece, whole.
    if ((this.end & withinPiece) + 2 + text.length * 3 > withinPiece || this.pieces.length === 0) {
      this.end = this.pieces.length * 2 ** pieceBits
      this.pieces.push(Buffer.allocUnsafeSlow(2 ** pieceBits))
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
