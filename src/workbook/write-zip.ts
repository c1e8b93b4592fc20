import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, crc32, createDeflateRaw } from 'node:zlib'
import { UnusableFile } from './errors.ts'
import { putBytes } from './write-file.ts'

const PIECE = 128 * 1024
const MOST_BYTES = 0xffff_ffff
const DEFLATED = 8
// The sizes follow the part, since they are known only then; names are UTF-8.
const FLAGS = 0x0808
const VERSION = 20

interface WrittenPart {
  name: Buffer
  crc: number
  packed: number
  size: number
  offset: number
}

/** Writes a zip archive part by part, each in pieces as the disk takes them. */
export class ZipWriter {
  private readonly stream: Writable
  private readonly moment: number
  private readonly parts: WrittenPart[] = []
  private offset = 0

  /** @param at what the archive says of when its parts were made */
  constructor(stream: Writable, at: Date) {
    this.stream = stream
    this.moment = dosMoment(at)
  }

  async add(name: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const part = { name: Buffer.from(name), crc: 0, packed: 0, size: 0, offset: this.offset }
    this.parts.push(part)
    await this.put(Buffer.concat([this.header(part), part.name]))
    const counted = async function* () {
      for await (const text of texts) {
        const bytes = Buffer.from(text)
        part.crc = crc32(bytes, part.crc)
        part.size += bytes.length
        yield bytes
      }
    }
    // Rows of a table are much alike: the quickest way to pack them makes them a tenth as well.
    const deflate = createDeflateRaw({ chunkSize: PIECE, level: constants.Z_BEST_SPEED })
    await pipeline(counted, deflate, async (packed: AsyncIterable<Buffer>) => {
      for await (const piece of packed) {
        part.packed += piece.length
        await this.put(piece)
      }
    })
    if (part.size > MOST_BYTES) throw tooLarge()
    const descriptor = Buffer.alloc(16)
    descriptor.writeUInt32LE(0x0807_4b50, 0)
    writeSizes(descriptor, 4, part)
    await this.put(descriptor)
  }

  /** Writes the list of the parts. Nothing can be added after it. */
  async end(): Promise<void> {
    const start = this.offset
    for (const part of this.parts) await this.put(Buffer.concat([this.listed(part), part.name]))
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x0605_4b50, 0)
    end.writeUInt16LE(this.parts.length, 8)
    end.writeUInt16LE(this.parts.length, 10)
    end.writeUInt32LE(this.offset - start, 12)
    end.writeUInt32LE(start, 16)
    await this.put(end)
  }

  private async put(bytes: Buffer): Promise<void> {
    this.offset += bytes.length
    if (this.offset > MOST_BYTES) throw tooLarge()
    await putBytes(this.stream, bytes)
  }

  private header({ name }: WrittenPart): Buffer {
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x0403_4b50, 0)
    this.writeCommon(header, 4, name)
    return header
  }

  private listed(part: WrittenPart): Buffer {
    const listed = Buffer.alloc(46)
    listed.writeUInt32LE(0x0201_4b50, 0)
    listed.writeUInt16LE(VERSION, 4)
    this.writeCommon(listed, 6, part.name)
    writeSizes(listed, 16, part)
    listed.writeUInt32LE(part.offset, 42)
    return listed
  }

  /** What both descriptions of a part have, from the version that is needed to the length of its name. */
  private writeCommon(bytes: Buffer, at: number, name: Buffer): void {
    bytes.writeUInt16LE(VERSION, at)
    bytes.writeUInt16LE(FLAGS, at + 2)
    bytes.writeUInt16LE(DEFLATED, at + 4)
    bytes.writeUInt32LE(this.moment, at + 6)
    bytes.writeUInt16LE(name.length, at + 22)
  }
}

function writeSizes(bytes: Buffer, at: number, { crc, packed, size }: WrittenPart): void {
  bytes.writeUInt32LE(crc, at)
  bytes.writeUInt32LE(packed, at + 4)
  bytes.writeUInt32LE(size, at + 8)
}

/** The date and time as a zip archive has them: local in other programs, UTC here, so that equal sheets are equal bytes. */
function dosMoment(at: Date): number {
  const year = Math.min(127, Math.max(0, at.getUTCFullYear() - 1980))
  const date = (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  return date * 0x1_0000 + time
}

function tooLarge(): UnusableFile {
  return new UnusableFile('file-too-large', 'the workbook would be larger than 4 GB', {
    hint: 'end its name with .csv, or write fewer rows',
  })
}
