// The baseline for `centres export`: the rows of one query, in a workbook written without a library.
// node bench/bare-export.mjs store.db centres.xlsx
import { createRequire } from 'node:module'
import { writeWorkbook } from './bare-workbook.mjs'

const driver = Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'
const Database = createRequire(import.meta.url)(driver)

const HEADINGS = [
  'Centre number',
  'Centre name',
  'Address',
  'Town',
  'Postcode',
  'Country',
  'First name',
  'Last name',
  'E-mail',
  'Role',
  'Kind',
  'Associate',
]
const query = `select centres.number, name, address, town, postcode, country, first_name, last_name, email, hub_role, kind, ''
  from centres left join users on users.centre_id = centres.id and users.status <> 'deleted'
  where centres.deleted_at is null order by centres.number`

const [store, out] = process.argv.slice(2)
function* rows() {
  yield HEADINGS
  for (const row of new Database(store, { readonly: true }).prepare(query).raw().iterate())
    yield row.map((value) => value ?? '')
}
writeWorkbook(out, { sheet: 'Centres', rows: rows() })
