import { countryCode } from '../countries.ts'
import { nearKey, withoutZeros } from '../db/centres/near-number.ts'
import type { CentreLocation, SeenCentre, SeenCentres } from '../db/imports/centres-seen.ts'
import type { SeenUsers } from '../db/imports/users-seen.ts'
import { addTo } from '../db/rows.ts'
import { firstFew } from '../format-number.ts'
import { indexOfTexts } from '../packed-index.ts'
import { searchKey } from '../search-key.ts'
import { distinctNonBlank, firstNonBlank, type RosterAndStore } from './hold-back.ts'
import { hasIssueIn, holdBack } from './issues.ts'
import type { RosterRow } from './roster-rows.ts'
import type { RowsByCentre } from './roster-rows.ts'

/**
 * Holds back a new number that is nearly a saved one, or nearly another of the workbook, beside a name that is nearly
 * that centre's or the address of one of its users: no second centre is created.
 */
export function holdBackNearNumbers({ byCentre, view: { centres, users } }: RosterAndStore): void {
  const numbers: string[] = []
  const keys = indexOfTexts((position, key) => nearKey(numbers[position] ?? '') === key)
  // Almost every number is alone, so that lists are made only for the others.
  const numbersByKey = new Map<string, string[]>()
  for (const number of byCentre.keys()) {
    if (centres.has(number)) continue
    const key = nearKey(number)
    const other = keys.find(key)
    if (other === -1) {
      keys.add(key, numbers.length)
      numbers.push(number)
      continue
    }
    const others = numbersByKey.get(key)
    if (others === undefined) numbersByKey.set(key, [numbers[other] ?? '', number])
    else others.push(number)
  }
  if (numbers.length === 0) return
  const saved = new Map<string, SeenCentre[]>()
  for (const centre of centres) {
    const key = nearKey(centre.number)
    if (keys.find(key) !== -1) addTo(saved, key, centre)
  }
  for (const key of new Set([...numbersByKey.keys(), ...saved.keys()])) {
    const nearNumbers = numbersByKey.get(key) ?? [numbers[keys.find(key)] ?? '']
    for (const number of nearNumbers) {
      const rows = byCentre.get(number) ?? []
      const nearCentre = saved.get(key)?.find((centre) => isSameCentre(centre, { rows, byCentre, users }))
      const faultOf = nearCentre
        ? nearNumberFault(number, nearCentre)
        : nearNumberFaultAmong(number, { numbers: nearNumbers, byCentre })
      if (faultOf === undefined) continue
      for (const row of rows) holdBack(row, { field: 'number', value: number, ...faultOf })
    }
  }
}

function isSameCentre(
  centre: SeenCentre,
  { rows, byCentre, users }: { rows: readonly RosterRow[]; byCentre: RowsByCentre; users: SeenUsers },
): boolean {
  const names = [centre.name, ...(byCentre.get(centre.number) ?? []).map(({ name }) => name)]
  return (
    areNamedAlike(names, rows) ||
    rows.some(({ email }) => email !== undefined && users.get(email.key)?.centreId === centre.id)
  )
}

/** How many numbers are compared: with I, L and 1, a workbook can have half a million that are nearly the same. */
const maxCompared = 50

/** The fault of a new number that is nearly another new one under a similar name: nobody can tell which is right. */
function nearNumberFaultAmong(
  number: string,
  { numbers, byCentre }: { numbers: readonly string[]; byCentre: RowsByCentre },
): NearFault | undefined {
  const rows = byCentre.get(number) ?? []
  for (const other of numbers.slice(0, maxCompared)) {
    const otherRows = byCentre.get(other) ?? []
    if (other === number) continue
    const names = otherRows.map(({ name }) => name)
    if (!areNamedAlike(names, rows)) continue
    const rowNumbers = firstFew(otherRows.map(({ row }) => String(row)))
    const { message, ...rest } = nearNumberFault(number, { number: other })
    return { ...rest, message: `${message} (${otherRows.length === 1 ? 'row' : 'rows'} ${rowNumbers})` }
  }
  return undefined
}

function areNamedAlike(names: readonly string[], rows: readonly RosterRow[]): boolean {
  const savedKeys = distinctNonBlank(names.map(searchKey))
  const rowKeys = distinctNonBlank(rows.map(({ name }) => searchKey(name)))
  return savedKeys.some((one) => rowKeys.some((other) => one === other || differByAWord(one, other)))
}

/**
 * Whether names differ by a word: 'Old Harbour' and 'Old Harbour School' or 'Old Harbour College', but not 'Old School'
 * and 'New School'.
 */
function differByAWord(one: string, other: string): boolean {
  const words = wordsOf(one)
  const others = wordsOf(other)
  const shared = [...words].filter((word) => others.has(word)).length
  const max = Math.max(words.size, others.size) - shared
  const min = Math.min(words.size, others.size) - shared
  return shared > 0 && (min === 0 || (shared > 1 && max === 1))
}

function wordsOf(name: string): Set<string> {
  return new Set(name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''))
}

type NearFault = { code: string; message: string; hint: string }

function nearNumberFault(number: string, { number: saved }: { number: string }): NearFault {
  const differsInZeros = withoutZeros(number) === withoutZeros(saved)
  const difference = !differsInZeros
    ? 'with O for 0, or I or L for 1'
    : number.length < saved.length
      ? 'its zeros were lost'
      : 'with zeros too many'
  return {
    code: differsInZeros ? 'lost-zeros' : 'near-number',
    message: `is ${number}: perhaps ${saved}, ${difference}`,
    hint: differsInZeros
      ? `If ${saved} is meant, format the column as text and type it again.`
      : `If ${saved} is meant, type it again.`,
  }
}

/** The search keys of the names beside new numbers. */
export function namesOfNewNumbers(rows: Iterable<RosterRow>, saved: SeenCentres): Set<string> {
  const names = new Set<string>()
  for (const row of rows) {
    const { number } = row
    if (number === undefined || saved.has(number)) continue
    if (row.name !== '') names.add(searchKey(row.name))
  }
  return names
}

/**
 * Holds back a new number under the name of a saved centre that has no row, in the same country, and in the same town
 * where both are known: most likely that centre under another number, which must not become a second centre unasked.
 */
export function holdBackRenumbered({ roster, byCentre, view }: RosterAndStore): void {
  const { centres } = view
  if (centres.size === 0) return
  const names = namesOfNewNumbers(roster.rows, centres)
  if (names.size === 0) return
  const absentCentres = new Map<string, SeenCentre[]>()
  for (const centre of centres) {
    const { nameKey } = centre
    if (!centre.deleted && !byCentre.has(centre.number) && names.has(nameKey))
      addTo(absentCentres, nameKey, centre)
  }
  if (absentCentres.size === 0) return
  for (const [number, rows] of byCentre) {
    if (centres.has(number) || rows.some((row) => hasIssueIn(row.issues, 'number'))) continue
    const name = firstNonBlank(rows, (row) => row.name)
    const original = absentCentres
      .get(searchKey(name))
      ?.find(({ id }) => isAtLocation(rows, view.locations.get(id)))
    if (original === undefined) continue
    for (const row of rows)
      holdBack(row, {
        field: 'number',
        value: number,
        code: 'same-centre',
        message: `is ${number}: perhaps ${original.number}, which has this name and country and no row here`,
        hint: `If ${original.number} is meant, write that number. If it is another centre, give ${original.number} a row too, or add this one with: ssh-admin centres create ${number}`,
      })
  }
}

function isAtLocation(rows: readonly RosterRow[], location: CentreLocation | undefined): boolean {
  if (location === undefined) return false
  const { country, town } = location
  const rowTown = firstNonBlank(rows, (row) => row.town)
  return (
    countryCode(firstNonBlank(rows, (row) => row.country)) === country &&
    (rowTown === '' || town === '' || searchKey(rowTown) === searchKey(town))
  )
}
