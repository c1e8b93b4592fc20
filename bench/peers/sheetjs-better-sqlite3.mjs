// The same import as a short script does it: SheetJS reads and writes, better-sqlite3 inserts with prepared statements.
// node bench/peers/sheetjs-better-sqlite3.mjs workbook.xlsx store.db pins.xlsx
import XLSX from 'xlsx'
import { Database, newNonce, pinOf, tables } from './common.mjs'

const [workbook, store, pinsOut] = process.argv.slice(2)
const db = new Database(store)
db.exec(tables)
const addCentre = db.prepare('insert into centres values (null, ?, ?, ?, ?, ?, ?, ?)')
const addUser = db.prepare('insert into users values (null, ?, ?, ?, ?, ?, ?)')

const read = XLSX.readFile(workbook)
const [, ...rows] = XLSX.utils.sheet_to_json(read.Sheets[read.SheetNames[0]], { header: 1, raw: false })
const now = new Date().toISOString()
const pins = [['Centre', 'Name', 'E-mail', 'PIN']]
const centres = new Map()
db.transaction(() => {
  for (const [number, name, address, town, postcode, country, email, first, last] of rows) {
    let id = centres.get(number)
    id ??= addCentre.run(number, name, address, town, postcode, country, now).lastInsertRowid
    centres.set(number, id)
    const nonce = newNonce()
    addUser.run(id, email, first, last, nonce, now)
    pins.push([number, `${first} ${last}`, email, pinOf(email, nonce)])
  }
})()
const written = XLSX.utils.book_new()
XLSX.utils.book_append_sheet(written, XLSX.utils.aoa_to_sheet(pins), 'PINs')
XLSX.writeFile(written, pinsOut, { compression: true })
db.close()
