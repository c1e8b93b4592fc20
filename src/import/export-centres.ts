import { countryName } from '../country-names.ts'
import type { ExportedUser } from '../db/centres/people.ts'
import type { CellToWrite, SheetToWrite } from '../workbook/sheet.ts'
import { type CentreField, writtenColumns } from './columns.ts'

/** What was written; counted while the rows are made. */
export interface ExportCounts {
  centres: number
  users: number
}

interface Exporting {
  rows: AsyncIterable<ExportedUser>
  counts: ExportCounts
  /** Called for each row; throws to end the work. */
  onRow: () => void
}

/** The workbook that importing reads again and finds nothing to change. */
export function centresSheet(exporting: Exporting): SheetToWrite {
  return { name: 'Centres', columns: writtenColumns, rows: cellsOf(exporting) }
}

async function* cellsOf({ rows, counts, onRow }: Exporting): AsyncGenerator<CellToWrite[]> {
  let last: string | undefined
  let made = 0
  for await (const row of rows) {
    onRow()
    made += 1
    // Leaves room for Ctrl-C.
    if (made % 1000 === 0) await new Promise(setImmediate)
    if (row.number !== last) counts.centres += 1
    if (row.email !== null) counts.users += 1
    last = row.number
    const cells = fieldsOf(row)
    yield writtenColumns.map(({ field }) => cells[field])
  }
}

function fieldsOf(row: ExportedUser): Readonly<Record<CentreField, string>> {
  const { number, name, address, town, postcode, country, kind, associate } = row
  return {
    number,
    name,
    address,
    town,
    postcode,
    country: countryName(country),
    firstName: row.first_name ?? '',
    lastName: row.last_name ?? '',
    email: row.email ?? '',
    role: [...(row.hub_role ? [row.hub_role] : []), ...(row.roles ? row.roles.split(',') : [])].join(', '),
    kind,
    associate: associate ?? '',
  }
}
