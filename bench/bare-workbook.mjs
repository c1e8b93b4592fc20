// The workbook writer of the bare programs: one sheet with inline strings, in one piece, without a library.
import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'

const COLUMNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export function writeWorkbook(path, { sheet, rows }) {
  let text = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
  let row = 1
  for (const cells of rows) {
    text += `<row r="${row}">`
    for (let column = 0; column < cells.length; column++)
      text += `<c r="${COLUMNS[column]}${row}" t="inlineStr"><is><t>${escaped(cells[column])}</t></is></c>`
    text += '</row>'
    row += 1
  }
  text += '</sheetData></worksheet>'
  writeZip(path, [
    [
      '[Content_Types].xml',
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    ],
    [
      '_rels/.rels',
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    ],
    [
      'xl/workbook.xml',
      `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    ],
    ['xl/worksheets/sheet1.xml', text],
  ])
}

function escaped(text) {
  return /[&<>]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text
}

function writeZip(path, entries) {
  const file = openSync(path, 'w', 0o600)
  const directory = []
  let offset = 0
  const write = (bytes) => {
    writeFileSync(file, bytes)
    offset += bytes.length
  }
  for (const [name, content] of entries) {
    const body = Buffer.from(content)
    const packed = deflateRawSync(body, { level: 1 })
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt16LE(8, 4)
    facts.writeUInt16LE(33, 8)
    facts.writeUInt32LE(crc32(body), 10)
    facts.writeUInt32LE(packed.length, 14)
    facts.writeUInt32LE(body.length, 18)
    facts.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, Buffer.from(name))
    write(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name)]))
    write(packed)
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  write(index)
  write(end)
  fsyncSync(file)
  closeSync(file)
}
