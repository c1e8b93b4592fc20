import { isUtf8 } from 'node:buffer'
import { BadInput } from './errors.ts'

/**
 * The bytes of a text as UTF-8 without byte order mark, whether it was UTF-8 or UTF-16, with a mark
 * or without; undefined where it is neither. The one way to read a text that a person saved.
 */
export function toUtf8(bytes: Buffer): Buffer | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    const rest = bytes.subarray(3)
    return isUtf8(rest) ? rest : undefined
  }
  const utf16 = utf16Mark(first, second) ?? utf16WithoutMark(bytes)
  if (utf16 !== undefined) return Buffer.from(new TextDecoder(utf16).decode(bytes), 'utf8')
  // Without a mark, a zero is a sign of something that is no text.
  return isUtf8(bytes) && !bytes.includes(0) ? bytes : undefined
}

/** The same as text; undefined where its letters cannot be told. */
export function decodeText(bytes: Buffer): string | undefined {
  return toUtf8(bytes)?.toString('utf8')
}

type Utf16 = 'utf-16le' | 'utf-16be'

/** UTF-16 has a mark at its beginning, where a program such as PowerShell wrote it. */
export function utf16Mark(first: number | undefined, second: number | undefined): Utf16 | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** Whether the bytes are letters all through: a zero in the text, or half a letter, is a sign of something else. */
function isUtf16(bytes: Buffer, encoding: Utf16): boolean {
  try {
    return !new TextDecoder(encoding, { fatal: true }).decode(bytes).includes('\0')
  } catch {
    return false
  }
}

/** Headings are mostly of plain letters: in UTF-16 every other byte of them is zero; few others have a zero where those do not. */
function utf16WithoutMark(bytes: Buffer): Utf16 | undefined {
  const sample = bytes.subarray(0, 512)
  const zeros = [0, 0]
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (bytes.length % 2 === 1) return undefined
  if (odd > sample.length / 8 && odd > even * 4 && isUtf16(bytes, 'utf-16le')) return 'utf-16le'
  if (even > sample.length / 8 && even > odd * 4 && isUtf16(bytes, 'utf-16be')) return 'utf-16be'
  return undefined
}

/** The lines of a stream, without their ends: CRLF, LF and CR each end a line. @throws `list-encoding` */
export async function readLines(stream: NodeJS.ReadableStream): Promise<string[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  const text = decodeText(Buffer.concat(chunks))
  if (text === undefined) throw noTextOnStdin()
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

export function noTextOnStdin(): BadInput {
  return new BadInput('list-encoding', 'What was given on stdin is neither UTF-8 nor UTF-16.', {
    hint: 'Save it as UTF-8.',
  })
}
