// The same import as many programs do it: exceljs reads and writes, kysely inserts row by row.
// node bench/peers/exceljs-kysely.mjs workbook.xlsx store.db pins.xlsx
import ExcelJS from 'exceljs'
import { Kysely, SqliteDialect } from 'kysely'
import { Database, newNonce, pinOf, tables } from './common.mjs'

const [workbook, store, pinsOut] = process.argv.slice(2)
const database = new Database(store)
database.exec(tables)
const db = new Kysely({ dialect: new SqliteDialect({ database }) })

const read = new ExcelJS.Workbook()
await read.xlsx.readFile(workbook)
const pins = new ExcelJS.Workbook()
const sheet = pins.addWorksheet('PINs')
sheet.addRow(['Centre', 'Name', 'E-mail', 'PIN'])
const now = new Date().toISOString()
const rows = read.worksheets[0].getRows(2, read.worksheets[0].rowCount - 1)

await db.transaction().execute(async (trx) => {
  for (const row of rows) {
    const [number, name, address, town, postcode, country, email, first, last] = row.values
      .slice(1)
      .map(String)
    const centre = { number, name, address, town, postcode, country, created_at: now }
    const found = await trx.selectFrom('centres').select('id').where('number', '=', number).executeTakeFirst()
    const { id } =
      found ?? (await trx.insertInto('centres').values(centre).returning('id').executeTakeFirstOrThrow())
    const nonce = newNonce()
    const user = { centre_id: id, email, first_name: first, last_name: last, nonce, created_at: now }
    await trx.insertInto('users').values(user).execute()
    sheet.addRow([number, `${first} ${last}`, email, pinOf(email, nonce)])
  }
})
await pins.xlsx.writeFile(pinsOut)
await db.destroy()
