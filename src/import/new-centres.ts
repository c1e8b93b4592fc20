import { closestCountries, countryCode } from '../countries.ts'
import type { SeenCentres } from '../db/imports/centres-seen.ts'
import type { CentreKind } from '../db/schema.ts'
import { hasDigit } from '../rules/centres/find.ts'
import { searchKey } from '../search-key.ts'
import type { CentreField } from './columns.ts'
import { accepted, distinct, firstOf, listed, type RowsByCentre } from './hold-back.ts'
import { addIssue, hasIssueIn, type Fault, holdBack } from './issues.ts'
import type { RosterRow } from './roster-row.ts'
import { notCalculated } from '../workbook/sheet-xml.ts'

/** A centre that the workbook brings. */
export interface NewCentreOfRoster {
  number: string
  name: string
  kind: CentreKind
  /** The number of its Associate, in the store or in this workbook. */
  associate: string | null
  address: string
  town: string
  postcode: string
  /** ISO 3166 alpha-2. */
  country: string
}

export interface PlannedCentre extends NewCentreOfRoster {
  status: 'approved' | 'active'
}

interface RosterAndStore {
  places: RowsByCentre
  centres: SeenCentres
}

/** A school of one row is told by the position of its row, and made by `SchoolOfRow`. */
export type FoundCentre = number | PlannedCentre

/** The new centres of the accepted rows; where one cannot be made, all its rows are held back. */
export function findNewCentres({ places, centres }: RosterAndStore): FoundCentre[] {
  const isNew = (number: string) => !centres.has(number)
  for (const [number, rows] of places.ofSeveralRows()) if (isNew(number)) holdBackDifferentLocations(rows)
  const found: FoundCentre[] = []
  // Associates first: the workbook may bring one together with its centres.
  const isAssociate = (rows: readonly RosterRow[]) => rows.some(({ kind }) => readKind(kind) === 'associate')
  for (const [number, rows] of places.where(isNew)) {
    const place = isAssociate(rows) ? newPlace({ number, rows }) : undefined
    if (place !== undefined) found.push(place)
  }
  const associates = new Set(
    found.flatMap((place) => (typeof place === 'object' && place.kind === 'associate' ? place.number : [])),
  )
  for (const [number, rows] of places.where(isNew)) {
    if (isAssociate(rows)) continue
    const place = newPlace({ number, rows })
    if (place === undefined) continue
    const associate = typeof place === 'object' ? place.associate : null
    if (associate === null || actsAsAssociate(associate, { centres, associates })) found.push(place)
    else holdBackUnknownAssociate({ rows, associate, centres })
  }
  return found
}

/** The new school that a row brings; what of it is asked for is read. */
export class SchoolOfRow implements PlannedCentre {
  readonly kind = 'school'
  readonly associate = null
  readonly status = 'active'
  private readonly row: RosterRow

  constructor(row: RosterRow) {
    this.row = row
  }

  get number(): string {
    return this.row.number ?? ''
  }

  get name(): string {
    return this.row.name
  }

  get address(): string {
    return this.row.location.address
  }

  get town(): string {
    return this.row.location.town
  }

  get postcode(): string {
    return this.row.location.postcode
  }

  get country(): string {
    return countryCode(this.row.location.country) ?? ''
  }

  toJSON(): PlannedCentre {
    const { number, name, kind, associate, address, town, postcode, country, status } = this
    return { number, name, kind, associate, address, town, postcode, country, status }
  }
}

/** The facts of a new centre, from the rows that are not held back. */
function newPlace({ number, rows }: { number: string; rows: readonly RosterRow[] }): FoundCentre | undefined {
  for (const row of rows) holdBackErrorCells(row)
  for (const row of rows) holdBackUnreadable(row)
  // Where no row is good, what is missing is told all the same: each problem in one run.
  const acceptedRows = accepted(rows)
  const fromRows = acceptedRows.length > 0 ? acceptedRows : rows
  const said = (value: (row: RosterRow) => string) => firstOf(fromRows, value)
  const name = said((row) => row.name)
  const country = countryCode(said((row) => row.location.country))
  const kind = readKind(said((row) => row.kind))
  const associate = said((row) => row.associate)
  const missing = missingFacts({ number, name, country, kind, associate })
  for (const fault of missing) {
    for (const row of fromRows) {
      const formula = row.emptyFormulas?.get(fault.field)
      const problem = formula === undefined ? fault : { field: fault.field, ...notCalculated(formula) }
      if (!hasIssueIn(row, fault.field)) holdBack(row, problem)
    }
  }
  const [row] = acceptedRows
  if (missing.length > 0 || country === undefined || row === undefined) return undefined
  const isSchool = associate === '' && (kind ?? 'school') === 'school'
  if (isSchool && acceptedRows.length === 1) return row.position
  return {
    number,
    name,
    kind: associate ? 'associate-centre' : (kind ?? 'school'),
    associate: associate || null,
    address: said((row) => row.location.address),
    town: said((row) => row.location.town),
    postcode: said((row) => row.location.postcode),
    country,
    status: 'active',
  }
}

const withoutDigit = {
  code: 'invalid-number',
  message: 'is not a centre number: it has no digit',
  hint: 'Write the centre number, or leave the row out until it is known.',
}

function missingFacts({
  number,
  name,
  country,
  kind,
  associate,
}: {
  number: string
  name: string
  country: string | undefined
  kind: CentreKind | undefined
  associate: string
}): (Fault & { field: CentreField })[] {
  const missing: (Fault & { field: CentreField })[] = hasDigit(number)
    ? []
    : [{ field: 'number', value: number, ...withoutDigit }]
  if (name === '') {
    missing.push({
      field: 'name',
      value: '',
      code: 'missing-name',
      message: `is missing, and ${number} is new`,
      hint: 'A new centre needs its name in one of its rows.',
    })
  }
  if (country === undefined) {
    missing.push({
      field: 'country',
      value: '',
      code: 'missing-country',
      message: `is missing, and ${number} is new`,
      hint: 'A new centre needs its country in one of its rows.',
    })
  }
  if (kind === 'associate-centre' && associate === '') {
    missing.push({
      field: 'associate',
      value: '',
      code: 'missing-associate',
      message: `is missing, and ${number} is an associate centre`,
      hint: 'Name the centre number of its Associate.',
    })
  }
  if (associate !== '' && (kind === 'school' || kind === 'associate')) {
    missing.push({
      field: 'associate',
      value: associate,
      code: 'kind-differs',
      message: `is ${associate}, but the kind of ${number} is ${kind}`,
      hint: 'Only an associate centre has an Associate.',
    })
  }
  return missing
}

function holdBackErrorCells(row: RosterRow): void {
  if (!row.faults) return
  for (const field of ['address', 'town', 'postcode', 'country', 'kind', 'associate'] as const) {
    const faulty = row.faults.find((issue) => issue.field === field)
    if (faulty !== undefined) addIssue(row, faulty)
  }
}

function hasFault({ faults = [] }: RosterRow, field: CentreField): boolean {
  return faults.some((fault) => fault.field === field)
}

function holdBackUnreadable(row: RosterRow): void {
  const { country } = row.location
  if (country !== '' && !hasFault(row, 'country') && countryCode(country) === undefined) {
    const countries = closestCountries(country).join(' or ')
    holdBack(row, {
      field: 'country',
      value: country,
      code: 'unknown-country',
      message: countries
        ? `is ${country}: no country is called so (did you mean ${countries}?)`
        : noSuchCountry,
      hint: countries || 'Write the English name, or the ISO code.',
    })
  }
  if (row.kind !== '' && !hasFault(row, 'kind') && readKind(row.kind) === undefined) {
    holdBack(row, {
      field: 'kind',
      value: row.kind,
      code: 'unknown-kind',
      message: noSuchKind,
      hint: 'Write school, associate or associate-centre.',
    })
  }
}

const kinds: ReadonlyMap<string, CentreKind> = new Map([
  ['school', 'school'],
  ['centre', 'school'],
  ['cambridge international school', 'school'],
  ['international school', 'school'],
  ['associate', 'associate'],
  ['cambridge associate', 'associate'],
  ['associate centre', 'associate-centre'],
  ['associate center', 'associate-centre'],
  ['associate school', 'associate-centre'],
])

/** A kind however it is written; undefined for blank and for none. */
export function readKind(text: string): CentreKind | undefined {
  if (text === '') return undefined
  return kinds.get(
    searchKey(text)
      .replace(/[^a-z]+/g, ' ')
      .trim(),
  )
}

function holdBackDifferentLocations(rows: readonly RosterRow[]): void {
  for (const { field, value } of locationFields) {
    const values = distinct(rows.map(value))
    if (values.length < 2) continue
    const message = `of ${rows[0]?.number} is not the same in all its rows: ${listed(values)}`
    for (const row of rows) {
      holdBack(row, {
        field,
        value: value(row),
        code: 'location-differs',
        message,
        hint: 'Give every row of a new centre the same, or leave it blank.',
      })
    }
  }
}

const locationFields: readonly { field: CentreField; value: (row: RosterRow) => string }[] = [
  { field: 'address', value: ({ location: place }) => place.address },
  { field: 'town', value: ({ location: place }) => place.town },
  { field: 'postcode', value: ({ location: place }) => place.postcode },
  { field: 'country', value: ({ location: place }) => countryCode(place.country) ?? place.country },
  { field: 'kind', value: ({ kind }) => readKind(kind) ?? kind },
  { field: 'associate', value: ({ associate }) => associate },
]

function actsAsAssociate(
  number: string,
  { centres, associates }: { centres: SeenCentres; associates: ReadonlySet<string> },
): boolean {
  const saved = centres.get(number)
  if (saved) return saved.kind === 'associate' && !saved.deleted
  return associates.has(number)
}

const noSuchCountry = (name: string) => `is ${name}: no country is called so`
const noSuchKind = (kind: string) => `is ${kind}: no kind of centre is called so`
const noSuchAssociate = (number: string) =>
  `is ${number}, and there is no such Associate, here or in the store`
const addAssociate = (number: string) => `Add a row for ${number} with the kind associate.`

function holdBackUnknownAssociate({
  rows,
  associate,
  centres,
}: {
  rows: readonly RosterRow[]
  associate: string
  centres: SeenCentres
}): void {
  const saved = centres.get(associate)
  for (const row of accepted(rows)) {
    holdBack(row, {
      field: 'associate',
      value: associate,
      code: saved ? 'not-an-associate' : 'associate-not-found',
      message: saved
        ? `is ${associate}, which is ${saved.deleted ? 'deleted' : 'no Associate'}`
        : noSuchAssociate,
      hint: saved ? 'ssh-admin associates list names them.' : addAssociate,
    })
  }
}
