import { crc32, deflateRawSync } from 'node:zlib'

/** One part of a zip file; what is given beside name and content is a lie for the reader to catch. */
export interface Part {
  name: string
  content: string | Buffer
  stored?: boolean
  flags?: number
  method?: number
  checksum?: number
  declaredSize?: number
  packed?: Buffer
}

/** Makes a zip file, as strange as it is asked for. */
export function zip(parts: readonly Part[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, stored, flags = 0x800, method, checksum, declaredSize, packed } of parts) {
    const bytes = Buffer.from(content)
    const body = packed ?? (stored ? bytes : deflateRawSync(bytes))
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags, 2)
    fields.writeUInt16LE(method ?? (stored ? 0 : 8), 4)
    fields.writeUInt32LE(checksum ?? crc32(bytes), 10)
    fields.writeUInt32LE(body.length, 14)
    fields.writeUInt32LE(declaredSize ?? bytes.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), body])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, Buffer.from(name)]),
    )
    locals.push(local)
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, entries, end])
}
