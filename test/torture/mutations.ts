import { type Entry, unzip, zip } from '../../fixtures/zip.ts'
import type { Random } from './random.ts'

/** A workbook as somebody sends it: its bytes, and the ending of its name. */
export interface Book {
  bytes: Buffer
  ending: 'xlsx' | 'csv'
}

type Mutation = (book: Book, random: Random) => Promise<Buffer>

/** What befalls bytes in a mail program, on a disk, in a transfer. */
const toBytes: Readonly<Record<string, (bytes: Buffer, random: Random) => Buffer>> = {
  'bytes flipped': (bytes, { below }) => {
    const changed = Buffer.from(bytes)
    for (let left = 1 + below(20); left > 0; left -= 1) {
      const at = below(changed.length)
      changed.writeUInt8((changed.readUInt8(at) ^ (1 << below(8))) & 0xff, at)
    }
    return changed
  },
  'cut short': (bytes, { below }) => bytes.subarray(0, below(bytes.length)),
  'a piece left out': (bytes, { below }) => {
    const from = below(bytes.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + below(200))])
  },
  'a piece twice': (bytes, { below }) => {
    const from = below(bytes.length)
    const to = from + 1 + below(2000)
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
  'zeros in it': (bytes, { below }) => {
    const changed = Buffer.from(bytes)
    const from = below(changed.length)
    return changed.fill(0, from, Math.min(changed.length, from + 1 + below(500)))
  },
  'something before it': (bytes, { below }) => Buffer.concat([Buffer.alloc(1 + below(300), 0x20), bytes]),
  'something after it': (bytes, { below }) => Buffer.concat([bytes, Buffer.alloc(1 + below(300), 0x41)]),
}

const strangeTexts = [
  '',
  '\u0000',
  '\uFEFF',
  '\uFFFD',
  '\u202E',
  '"',
  ',',
  ';',
  '\r',
  '\r\n',
  '<',
  '&amp;',
  '&#0;',
  '&lol;',
  '<!DOCTYPE x [<!ENTITY lol "lol">]>',
  '<![CDATA[',
  '-->',
  '99999999999999999999',
  '-1',
  '1e308',
  'NaN',
  '#REF!',
  '=1+1',
  'XFE1048577',
  'amira@',
  'x'.repeat(40_000),
] as const

/** What people and programs do to the text in it. */
const toText: Readonly<Record<string, (text: string, random: Random) => string>> = {
  'a strange text in it': (text, { below, oneOf }) => {
    const at = below(text.length)
    return `${text.slice(0, at)}${oneOf(strangeTexts)}${text.slice(at + below(12))}`
  },
  'a number that is another': (text, { below, oneOf }) => {
    const numbers = [...text.matchAll(/\d+/g)]
    const found = numbers[below(numbers.length)]
    if (!found) return text
    const other = oneOf(['0', '-7', '4294967296', '1048577', '16385', '1e9', ''])
    return `${text.slice(0, found.index)}${other}${text.slice(found.index + found[0].length)}`
  },
  'a line or tag left out': (text, { below }) => {
    const pieces = text.split(/(?<=[>\n])/)
    pieces.splice(below(pieces.length), 1 + below(2))
    return pieces.join('')
  },
  'a line or tag many times': (text, { below }) => {
    const pieces = text.split(/(?<=[>\n])/)
    const at = below(pieces.length)
    pieces.splice(at, 0, (pieces[at] ?? '').repeat(1 + below(3000)))
    return pieces.join('')
  },
  'two lines or tags exchanged': (text, { below }) => {
    const pieces = text.split(/(?<=[>\n])/)
    const [one, other] = [below(pieces.length), below(pieces.length)]
    const kept = pieces[one] ?? ''
    pieces[one] = pieces[other] ?? ''
    pieces[other] = kept
    return pieces.join('')
  },
}

/** What becomes of the parts of an .xlsx. */
const toParts: Readonly<Record<string, (entries: Entry[], random: Random) => Entry[]>> = {
  'a part left out': (entries, { below }) => entries.toSpliced(below(entries.length), 1),
  'a part twice': (entries, { below }) => {
    const at = below(entries.length)
    return entries.toSpliced(at, 0, ...entries.slice(at, at + 1))
  },
  'a part that is empty': (entries, { below }) => {
    const at = below(entries.length)
    return entries.map((entry, position) =>
      position === at ? { ...entry, content: Buffer.alloc(0) } : entry,
    )
  },
  'two parts under each other’s names': (entries, { below }) => {
    const [one, other] = [below(entries.length), below(entries.length)]
    const nameOf = (position: number) => {
      const at = position === one ? other : position === other ? one : position
      return entries[at]?.name ?? ''
    }
    return entries.map((entry, position) => ({ ...entry, name: nameOf(position) }))
  },
}

/** Every way in which a workbook is changed, by its name. */
export const mutations: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(toBytes).map(([name, change]): [string, Mutation] => [
    name,
    async ({ bytes }, random) => change(bytes, random),
  ]),
  ...Object.entries(toText).map(([name, change]): [string, Mutation] => [
    name,
    (book, random) => changeText(book, random, change),
  ]),
  ...Object.entries(toParts).map(([name, change]): [string, Mutation] => [
    name,
    async ({ bytes, ending }, random) =>
      ending === 'csv'
        ? (toBytes['a piece twice']?.(bytes, random) ?? bytes)
        : zip(change(await unzip(bytes), random)),
  ]),
]

async function changeText(
  { bytes, ending }: Book,
  random: Random,
  change: (text: string, random: Random) => string,
): Promise<Buffer> {
  if (ending === 'csv') return Buffer.from(change(bytes.toString('utf8'), random))
  const entries = await unzip(bytes)
  const chosen = random.below(entries.length)
  return zip(
    entries.map((entry, position) =>
      position === chosen
        ? { ...entry, content: Buffer.from(change(entry.content.toString('utf8'), random)) }
        : entry,
    ),
  )
}
