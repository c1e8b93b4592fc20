import type { SeenCentre, SeenUser } from '../db/imports/view.ts'
import { searchKey } from '../search-key.ts'
import type { RowsByCentre } from './hold-back.ts'
import { holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'

/** What two numbers have in common that differ only by leading zeros, O for 0, or I or L for 1. */
export function nearKey(number: string): string {
  return withoutZeros(number.replaceAll('O', '0').replace(/[IL]/g, '1'))
}

function withoutZeros(number: string): string {
  return number.replace(/^0+/, '')
}

interface Seen {
  places: RowsByCentre
  centres: ReadonlyMap<string, SeenCentre>
  users: ReadonlyMap<string, SeenUser>
}

/** A new number that is nearly a saved one, beside its name or the address of one of its users: never a second centre. */
export function holdBackNearNumbers({ places, centres, users }: Seen): void {
  const wanted = new Set<string>()
  for (const number of places.keys()) if (!centres.has(number)) wanted.add(nearKey(number))
  if (wanted.size === 0 || centres.size === 0) return
  const saved = new Map<string, SeenCentre[]>()
  for (const centre of centres.values()) {
    const key = nearKey(centre.number)
    if (wanted.has(key)) saved.set(key, [...(saved.get(key) ?? []), centre])
  }
  for (const [number, rows] of places) {
    if (centres.has(number)) continue
    const meant = saved.get(nearKey(number))?.find((centre) => isMeant(centre, { rows, users }))
    if (meant === undefined) continue
    for (const row of rows) holdBack(row, { field: 'number', value: number, ...fault(number, meant) })
  }
}

function isMeant(
  centre: SeenCentre,
  { rows, users }: { rows: readonly RosterRow[]; users: ReadonlyMap<string, SeenUser> },
): boolean {
  const name = searchKey(centre.name)
  return rows.some(
    (row) =>
      searchKey(row.name) === name ||
      (row.address !== undefined && users.get(row.address.key)?.centreId === centre.id),
  )
}

function fault(
  number: string,
  { number: saved }: SeenCentre,
): { code: string; message: string; hint: string } {
  const zeros = withoutZeros(number) === withoutZeros(saved)
  const how = !zeros
    ? 'with O for 0, or I or L for 1'
    : number.length < saved.length
      ? 'its zeros were lost'
      : 'with zeros too many'
  return {
    code: zeros ? 'lost-zeros' : 'near-number',
    message: `is ${number}: perhaps ${saved}, ${how}`,
    hint: zeros
      ? `If ${saved} is meant, format the column as text and type it again.`
      : `If ${saved} is meant, type it again.`,
  }
}
