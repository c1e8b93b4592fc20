import { closestCountries, countryCode } from '../countries.ts'
import type { SeenCentres } from '../db/imports/centres-seen.ts'
import type { CentreKind } from '../db/schema.ts'
import { hasDigit } from '../rules/centres/find.ts'
import { searchKey } from '../search-key.ts'
import type { CentreField } from './columns.ts'
import { rowsNotHeldBack, firstNonBlank, holdBackDifferentValues, type RosterAndStore } from './hold-back.ts'
import { hasIssueIn, type Fault, holdBack, holdBackFaults } from './issues.ts'
import type { RosterRow } from './roster-rows.ts'
import { isTotalsRow } from './totals-row.ts'
import { notCalculatedFault } from '../workbook/cell-faults.ts'

/** A centre that the import will create. */
export interface PlannedCentre {
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
  status: 'approved' | 'active'
}

/** A school with one row is represented by the position of its row, from which `schoolOfRow` makes it. */
export type FoundCentre = number | PlannedCentre

/** The new centres of the accepted rows; where one cannot be made, all its rows are held back. */
export function findNewCentres({ byCentre, view: { centres } }: RosterAndStore): FoundCentre[] {
  const isNew = (number: string) => !centres.has(number)
  for (const [number, rows] of byCentre.ofSeveralRows()) if (isNew(number)) holdBackDifferentLocations(rows)
  const found: FoundCentre[] = []
  // Associates come first, because the workbook may contain one together with its centres.
  const isAssociate = (rows: readonly RosterRow[]) => rows.some(({ kind }) => readKind(kind) === 'associate')
  for (const [number, rows] of byCentre.where(isNew)) {
    const centre = isAssociate(rows) ? newCentre({ number, rows }) : undefined
    if (centre !== undefined) found.push(centre)
  }
  const associates = new Set(
    found.flatMap((centre) =>
      typeof centre === 'object' && centre.kind === 'associate' ? centre.number : [],
    ),
  )
  for (const [number, rows] of byCentre.where(isNew)) {
    if (isAssociate(rows)) continue
    const centre = newCentre({ number, rows })
    if (centre === undefined) continue
    const associate = typeof centre === 'object' ? centre.associate : null
    if (associate === null || isLiveOrNewAssociate(associate, { centres, associates })) found.push(centre)
    else holdBackUnknownAssociate({ rows, associate, centres })
  }
  return found
}

/** The new school that a row describes. */
export function schoolOfRow({
  number = '',
  name,
  address,
  town,
  postcode,
  country,
}: RosterRow): PlannedCentre {
  return {
    number,
    name,
    kind: 'school',
    associate: null,
    address,
    town,
    postcode,
    country: countryCode(country) ?? '',
    status: 'active',
  }
}

/** The facts of a new centre, from its rows that are not held back; undefined where the centre cannot be made. */
function newCentre({
  number,
  rows,
}: {
  number: string
  rows: readonly RosterRow[]
}): FoundCentre | undefined {
  if (rows.every(isTotalsRow)) return undefined
  for (const row of rows) {
    holdBackFaults(row, ['address', 'town', 'postcode', 'country', 'kind', 'associate'])
    holdBackUnknownCountryOrKind(row)
  }
  // Where no row is accepted, missing facts are reported all the same: each problem in one run.
  const acceptedRows = rowsNotHeldBack(rows)
  const fromRows = acceptedRows.length > 0 ? acceptedRows : rows
  const firstValue = (value: (row: RosterRow) => string) => firstNonBlank(fromRows, value)
  const name = firstValue((row) => row.name)
  const country = countryCode(firstValue((row) => row.country))
  const kind = readKind(firstValue((row) => row.kind))
  const associate = firstValue((row) => row.associate)
  const faults = missingFieldFaults({ number, name, country, kind, associate })
  for (const fault of faults) {
    for (const row of fromRows) {
      const formula = row.emptyFormulas?.get(fault.field)
      const problem = formula === undefined ? fault : { field: fault.field, ...notCalculatedFault(formula) }
      if (!hasIssueIn(row.issues, fault.field)) holdBack(row, problem)
    }
  }
  const [row] = acceptedRows
  if (faults.length > 0 || country === undefined || row === undefined) return undefined
  const isSchool = associate === '' && (kind ?? 'school') === 'school'
  if (isSchool && acceptedRows.length === 1) return row.position
  return {
    number,
    name,
    kind: associate ? 'associate-centre' : (kind ?? 'school'),
    associate: associate || null,
    address: firstValue((row) => row.address),
    town: firstValue((row) => row.town),
    postcode: firstValue((row) => row.postcode),
    country,
    status: 'active',
  }
}

const noDigitFault = {
  code: 'invalid-number',
  message: 'is not a centre number: it has no digit',
  hint: 'Write the centre number, or leave the row out until it is known.',
}

function missingFieldFaults({
  number,
  name,
  country,
  kind,
  associate,
}: Record<'number' | 'name' | 'associate', string> & {
  country: string | undefined
  kind: CentreKind | undefined
}): (Fault & { field: CentreField })[] {
  const missing: (Fault & { field: CentreField })[] = hasDigit(number)
    ? []
    : [{ field: 'number', value: number, ...noDigitFault }]
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

function holdBackUnknownCountryOrKind(row: RosterRow): void {
  const { country } = row
  if (country !== '' && !hasIssueIn(row.faults, 'country') && countryCode(country) === undefined) {
    const countries = closestCountries(country).join(' or ')
    holdBack(row, {
      field: 'country',
      value: country,
      code: 'unknown-country',
      message: countries
        ? `is ${country}: no country is called so (did you mean ${countries}?)`
        : unknownCountryMessage,
      hint: countries || 'Write the English name, or the ISO code.',
    })
  }
  if (row.kind !== '' && !hasIssueIn(row.faults, 'kind') && readKind(row.kind) === undefined) {
    holdBack(row, {
      field: 'kind',
      value: row.kind,
      code: 'unknown-kind',
      message: unknownKindMessage,
      hint: 'Write school, associate or associate-centre.',
    })
  }
}

const kindsByText: ReadonlyMap<string, CentreKind> = new Map([
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

/** A kind, however it is written; undefined for a blank or unknown one. */
function readKind(text: string): CentreKind | undefined {
  if (text === '') return undefined
  return kindsByText.get(
    searchKey(text)
      .replace(/[^a-z]+/g, ' ')
      .trim(),
  )
}

function holdBackDifferentLocations(rows: readonly RosterRow[]): void {
  const hint = 'Give every row of a new centre the same, or leave it blank.'
  for (const field of ['address', 'town', 'postcode', 'country', 'kind', 'associate'] as const) {
    const textOf = normalizers[field] ?? ((row: RosterRow) => row[field])
    holdBackDifferentValues(rows, { field, textOf, code: 'location-differs', hint })
  }
}

/** The fields whose values can be spelled in several ways, brought to one spelling. */
const normalizers: Partial<Record<CentreField, (row: RosterRow) => string>> = {
  country: ({ country }) => countryCode(country) ?? country,
  kind: ({ kind }) => readKind(kind) ?? kind,
}

function isLiveOrNewAssociate(
  number: string,
  { centres, associates }: { centres: SeenCentres; associates: ReadonlySet<string> },
): boolean {
  const saved = centres.get(number)
  if (saved) return saved.kind === 'associate' && !saved.deleted
  return associates.has(number)
}

const unknownCountryMessage = (name: string) => `is ${name}: no country is called so`
const unknownKindMessage = (kind: string) => `is ${kind}: no kind of centre is called so`
const unknownAssociateMessage = (number: string) =>
  `is ${number}, and there is no such Associate, here or in the store`
const addAssociateHint = (number: string) => `Add a row for ${number} with the kind associate.`

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
  for (const row of rowsNotHeldBack(rows)) {
    holdBack(row, {
      field: 'associate',
      value: associate,
      code: saved ? 'not-an-associate' : 'associate-not-found',
      message: saved
        ? `is ${associate}, which is ${saved.deleted ? 'deleted' : 'no Associate'}`
        : unknownAssociateMessage,
      hint: saved ? 'ssh-admin associates list names them.' : addAssociateHint,
    })
  }
}
