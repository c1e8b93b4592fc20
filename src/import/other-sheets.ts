import type { ImportView } from '../db/imports/view.ts'
import { hasDigit, readCentreNumber } from '../rules/centres/find.ts'
import { tidyName } from '../rules/names.ts'
import { readAddress } from '../rules/users/email.ts'
import { searchKey } from '../search-key.ts'
import { trimCode } from '../workbook/cell.ts'
import { rowsBelowHeadings } from '../workbook/headings.ts'
import type { Workbook } from '../workbook/read.ts'
import { centreColumns } from './columns.ts'
import { mayBeCentreNumber } from './cells.ts'
import { guideExamples, guideName } from './sample.ts'

/** A sheet of the workbook that is not read: users and centres named there, under any headings, are not missing. */
export interface OtherSheet {
  name: string
  /** Whether it has rows of centres below known headings. */
  holdsTable: boolean
  /** The content of its cells: possible numbers, the keys of addresses, and possible names. */
  numbers: ReadonlySet<string>
  addresses: ReadonlySet<string>
  texts: ReadonlySet<string>
}

const addressInText = /[^\s<>()[\],;:"|]+@[^\s<>()[\],;:"|]+/g

/** The keys of all addresses in a cell: also of several, in a link, or after a name. */
export function* addressesIn(cell: string): Generator<string> {
  // A slash may be part of an address, or separate two addresses.
  for (const piece of trimCode(cell).match(addressInText) ?? [])
    for (const text of new Set([piece, ...piece.split('/')])) {
      const address = readAddress(text)
      if ('key' in address) yield address.key
    }
}

/** Longer texts are not names. */
const maxNameLength = 250
/** A sheet with more entries than this may name anybody. */
const maxEntries = 500_000

/** Looks at every cell of the sheets that are not read. */
export async function readOtherSheets(
  workbook: Pick<Workbook, 'readOthers'>,
  map: Readonly<Record<string, string>>,
): Promise<OtherSheet[]> {
  const sheets = new Map<string, ReturnType<typeof collect>>()
  await workbook.readOthers((row, name) => {
    const sheet = sheets.get(name) ?? collect(name, map)
    sheets.set(name, sheet)
    sheet.below.check(row)
    for (const cell of row.cells) if (cell !== undefined) sheet.keep(cell)
    for (const note of row.notes?.values() ?? [])
      if (note.kind === 'number' || note.kind === 'text') sheet.keep(note.shown ?? '')
  })
  return [...sheets.values()].map(({ found }) => found())
}

function collect(name: string, map: Readonly<Record<string, string>>) {
  const numbers = new Set<string>()
  const addresses = new Set<string>()
  const texts = new Set<string>()
  const examples = name === guideName ? guideExamples : undefined
  const below = rowsBelowHeadings({ specs: centreColumns, map, key: 'number', isKey: mayBeCentreNumber })
  const isFull = () => numbers.size + addresses.size + texts.size > maxEntries
  return {
    below,
    keep(cell: string) {
      if (cell.length > maxNameLength || examples?.has(cell) === true || isFull()) return
      if (cell.includes('@')) {
        for (const key of addressesIn(cell)) addresses.add(key)
        return
      }
      const number = readCentreNumber(cell)
      if (number !== undefined && isDistinctive(number)) numbers.add(number)
      if (/\p{L}/u.test(cell)) texts.add(cell)
    },
    found: (): OtherSheet => ({
      name,
      holdsTable: below.found() || isFull(),
      numbers,
      addresses,
      texts,
    }),
  }
}

/** Whether a number is likely to be a centre's: 1 to 999 count and measure all kinds of things. */
function isDistinctive(number: string): boolean {
  return hasDigit(number) && !/^\d{1,3}$/.test(number)
}

/** A user who would be extra, or a centre that would be missing, if another sheet of the workbook did not name it. */
export interface FoundElsewhere {
  sheet: string
  who: string
}

export function findElsewhere(
  sheets: readonly OtherSheet[],
  {
    missing,
    extra,
    view: { users, addressedElsewhere },
  }: {
    missing: readonly { id: number; number: string; name: string }[]
    extra: readonly { id: number }[]
    view: Pick<ImportView, 'users' | 'addressedElsewhere'>
  },
): FoundElsewhere | undefined {
  if (missing.length + extra.length === 0) return undefined
  const extraIds = new Set(extra.map(({ id }) => id))
  for (const { name, numbers, addresses, texts } of sheets) {
    const user = [...addresses].map((key) => users.get(key)).find((one) => one && extraIds.has(one.id))
    if (user) return { sheet: name, who: user.email }
    const names =
      missing.length > 0 ? new Set([...texts].map((text) => searchKey(tidyName(text).name))) : texts
    const centre = missing.find(
      (one) =>
        numbers.has(one.number) ||
        names.has(searchKey(one.name)) ||
        addresses.has(addressedElsewhere.get(one.id) ?? ''),
    )
    if (centre) return { sheet: name, who: centre.number }
  }
  return undefined
}
