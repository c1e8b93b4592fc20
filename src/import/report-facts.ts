import type { Kysely } from 'kysely'
import { countryCode } from '../countries.ts'
import { countryName } from '../country-names.ts'
import { countriesOfCentres } from '../db/centres/centres.ts'
import type { Store } from '../db/schema.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { Plan } from './plan.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'

/** The numbers of accepted and held-back rows of a country. */
export interface CountryOutcome {
  /** The English name of the country; null where it is not known. */
  country: string | null
  accepted: number
  heldBack: number
}

/** A row held back, with what identifies it. */
export interface ReportedRow {
  row: number
  number: string
  name: string
  email: string
  issues: CellIssue[]
}

/** What a report says about the rows, which are released from memory before the store is written. */
export interface ReportFacts {
  countries: CountryOutcome[]
  heldBack: ReportedRow[]
  newCentres: { number: string; name: string; country: string }[]
}

/** The most rows that a page can sensibly show. */
export const maxReportedRows = 1000

/** Counts the rows of each country, and keeps the first of those held back. */
export async function reportFacts(
  db: Kysely<Store>,
  { roster, plan }: { roster: Roster; plan: Plan },
): Promise<ReportFacts> {
  const heldBack = new Set<number>()
  const firstIssues = new Map<number, CellIssue[]>()
  for (const issue of plan.issues) {
    heldBack.add(issue.row)
    if (firstIssues.size < maxReportedRows || firstIssues.has(issue.row))
      firstIssues.set(issue.row, [...(firstIssues.get(issue.row) ?? []), issue])
  }
  const countryOf = await countriesOf(db, roster)
  const outcomes = new Map<string | null, CountryOutcome>()
  const rows: ReportedRow[] = []
  for (const row of roster.rows) {
    const country = countryOf(row)
    const outcome = outcomes.get(country) ?? { country, accepted: 0, heldBack: 0 }
    outcomes.set(country, outcome)
    if (heldBack.has(row.row)) outcome.heldBack += 1
    else outcome.accepted += 1
    const issues = firstIssues.get(row.row)
    if (issues === undefined) continue
    const { number = '', name, email } = row
    rows.push({ row: row.row, number, name, email: email?.email ?? '', issues })
  }
  const newCentres: ReportFacts['newCentres'] = []
  for (const { number, name, country } of plan.newCentres) {
    if (newCentres.length === maxReportedRows) break
    newCentres.push({ number, name, country: countryName(country) })
  }
  return { countries: [...outcomes.values()].sort(compareByRows), heldBack: rows, newCentres }
}

export function compareByRows(one: CountryOutcome, other: CountryOutcome): number {
  return other.accepted + other.heldBack - one.accepted - one.heldBack
}

/** The country of a row: that of its centre in the store; else the one that a row of its centre names; else its own. */
async function countriesOf(db: Kysely<Store>, { rows }: Roster): Promise<(row: RosterRow) => string | null> {
  const named = new Map<string, string>()
  for (const { number, country } of rows) {
    if (number === undefined || country === '' || named.has(number)) continue
    const code = countryCode(country)
    if (code !== undefined) named.set(number, code)
  }
  const saved = await countriesOfCentres(db)
  return ({ number, country }) => {
    const code =
      (number === undefined ? undefined : (saved.get(number) ?? named.get(number))) ??
      (country === '' ? undefined : countryCode(country))
    return code === undefined ? null : countryName(code)
  }
}
