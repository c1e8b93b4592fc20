import { decodeText } from '../decode-text.ts'
import { BadInput } from '../errors.ts'

/** The lines of a stream, without their ends: CRLF, LF and CR each end a line. @throws `list-encoding` */
export async function readLines(stream: NodeJS.ReadableStream): Promise<string[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  const text = decodeText(Buffer.concat(chunks))
  if (text === undefined) {
    throw new BadInput('list-encoding', 'What was given on stdin is neither UTF-8 nor UTF-16.', {
      hint: 'Save it as UTF-8.',
    })
  }
  const lines = text.split(/\r\n|\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}
