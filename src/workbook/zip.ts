import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl'
import type { ByteSource } from './bytes.ts'
import { zipBomb, damaged, UnusableWorkbook } from './errors.ts'
import { decoder, type TextSink } from './xml.ts'

const maxParts = 10_000
const maxBytes = 1024 * 1024 * 1024
/**
 * The highest compression ratio: Deflate reaches 1,032, honest sheets stay below 100. Parts up to maxUncheckedBytes may exceed it.
 */
const maxRatio = 250
const maxUncheckedBytes = 32 * 1024 * 1024
const chunkSize = 128 * 1024

/** The parts of a zip file by name, small letters, without a leading slash. */
export interface Archive {
  names: ReadonlySet<string>
  /** Feeds one part to the sink, `max` bytes at most. Bytes are counted as they come, whatever the headers say. */
  read(
    name: string,
    sink: TextSink,
    options?: { max?: number; progress?: (share: number) => void },
  ): Promise<void>
  close(): Promise<void>
}

/** Opens a zip file. @throws UnusableWorkbook if the file is damaged, encrypted, or a zip bomb */
export async function openArchive(source: ByteSource): Promise<Archive> {
  const zip = await fromRandomAccessReaderPromise(new SourceReader(source), await archiveEnd(source), {
    decodeStrings: false,
    validateEntrySizes: false,
    autoClose: false,
  }).catch((error: unknown) => {
    if (error instanceof UnusableWorkbook) throw error
    throw damaged('its end is missing, so it was probably not saved or copied to the end', error)
  })
  const parts = await partsOf(zip)
  let total = 0

  return {
    names: new Set(parts.keys()),
    async read(name, sink, { max = maxBytes, progress } = {}) {
      const part = parts.get(name)
      if (part === undefined) throw damaged(`its part ${name} is missing`)
      if (part.uncompressedSize > max)
        throw zipBomb(`its part ${name} is larger than ${megabytes(max)} when unpacked`)
      const { decode, end } = decoder(name)
      let size = 0
      let checksum = 0
      for await (const chunk of inflatePart(source, part, await dataStart(zip, part, name), name)) {
        size += chunk.length
        total += chunk.length
        if (size > max || total > maxBytes)
          throw zipBomb(`its part ${name} is larger than ${megabytes(max)} when unpacked`)
        refuseHighRatio(name, size, part.compressedSize)
        checksum = crc32(chunk, checksum)
        sink.write(decode(chunk))
        progress?.(Math.min(1, size / Math.max(1, part.uncompressedSize)))
      }
      if (size !== part.uncompressedSize || checksum !== part.crc32) {
        throw damaged(`its part ${name} is not what was saved (checksum)`)
      }
      end()
      sink.end()
    },
    close: () => source.close(),
  }
}

const endSignature = Buffer.from('PK\x05\x06', 'latin1')
const endLength = 22

/** How many bytes are searched at once for the end of an archive. */
const windowSize = 1024 * 1024

/** The end of the archive by its own end record, without what a web server or a mail program has appended. */
async function archiveEnd(source: ByteSource): Promise<number> {
  const { size } = source
  for (let from = size; from > 0; ) {
    const to = Math.min(size, from + endSignature.length - 1)
    from = Math.max(0, from - windowSize)
    const found = (await source.read(from, to)).lastIndexOf(endSignature)
    if (found === -1) continue
    const end = from + found + endLength
    if (end > size) return size
    const tail = await source.read(end - 2, end)
    return Math.min(size, end + tail.readUInt16LE())
  }
  return size
}

/** The reader that yauzl uses for the list of parts. */
class SourceReader extends RandomAccessReader {
  private readonly source: ByteSource

  constructor(source: ByteSource) {
    super()
    this.source = source
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.source.read(position, position + length).then(
      (bytes) => {
        bytes.copy(buffer, offset)
        callback(bytes.length < length ? new Error('it ends before') : null)
      },
      (error: Error) => callback(error),
    )
  }
}

async function partsOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const parts = new Map<string, Entry>()
  let declared = 0
  if (zip.entryCount > maxParts) throw zipBomb(`it claims to have ${zip.entryCount} parts`)
  try {
    for await (const part of zip.eachEntry()) {
      const name = nameOf(part)
      if (name.endsWith('/')) continue
      if (parts.has(name)) throw damaged(`it has two parts called ${name}`)
      if (part.isEncrypted()) throw encrypted()
      parts.set(name, part)
      declared += part.uncompressedSize
      refuseHighRatio(name, part.uncompressedSize, part.compressedSize)
    }
  } catch (error) {
    if (error instanceof UnusableWorkbook) throw error
    if (error instanceof Error && error.message.includes('encryption')) throw encrypted()
    throw damaged('its list of parts cannot be read', error)
  }
  if (declared > 4 * maxBytes) throw zipBomb(`it unpacks to ${megabytes(declared)}`)
  return parts
}

function nameOf(part: Entry): string {
  const raw: unknown = part.fileNameRaw
  const name = Buffer.isBuffer(raw) ? raw.toString('utf8') : ''
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase()
}

async function dataStart(zip: ZipFile, part: Entry, name: string): Promise<number> {
  try {
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(part, { minimal: true })
    return fileDataStart
  } catch (error) {
    if (error instanceof UnusableWorkbook) throw error
    throw damaged(`its part ${name} is not where it should be`, error)
  }
}

async function* inflatePart(
  source: ByteSource,
  part: Entry,
  start: number,
  name: string,
): AsyncGenerator<Buffer> {
  const packed = source.pieces(start, start + part.compressedSize)
  if (part.compressionMethod === 0) {
    for await (const piece of packed) {
      for (let at = 0; at < piece.length; at += chunkSize) {
        yield piece.subarray(at, at + chunkSize)
        await new Promise(setImmediate)
      }
    }
    return
  }
  if (part.compressionMethod !== 8)
    throw damaged(`its part ${name} is packed in a way that no spreadsheet program uses`)
  const inflate = createInflateRaw({ chunkSize })
  // Errors are thrown by the loop over the pieces below.
  pipeline(Readable.from(packed, { highWaterMark: 1 }), inflate, () => undefined)
  const unpacked: AsyncIterable<Buffer> = inflate
  try {
    yield* unpacked
  } catch (error) {
    if (error instanceof UnusableWorkbook) throw error
    throw damaged(`its part ${name} cannot be unpacked`, error)
  }
}

function refuseHighRatio(name: string, size: number, packed: number): void {
  if (size > maxUncheckedBytes && size > packed * maxRatio) {
    throw zipBomb(`its part ${name} swells to more than ${maxRatio} times its size when unpacked`)
  }
}

function encrypted(): UnusableWorkbook {
  return new UnusableWorkbook('workbook-password-protected', 'the workbook is protected by a password', {
    hint: 'open it, remove the password, and save it again as .xlsx',
  })
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}
