import type { SeenCentre, SeenCentres } from '../db/imports/centres-seen.ts'
import { Refused } from '../errors.ts'
import { searchKey } from '../search-key.ts'
import { shellWord } from '../shell-word.ts'
import { firstFew } from '../format-number.ts'
import { addTo } from '../db/rows.ts'
import { truncateForMessage, firstNonBlank, type RosterAndStore } from './hold-back.ts'
import { hasIssueIn, holdBack } from './issues.ts'
import { apostropheFault } from './cells.ts'
import type { RosterRow } from './roster-rows.ts'
import type { RowsByCentre } from './roster-rows.ts'

const maxRenameShare = 0.2
const minRenames = 5
const maxShown = 20

function normalizedName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim()
}

/** A saved centre to which the workbook gives another name, and the cell with that name. */
export interface Rename {
  id: number
  number: string
  before: string
  after: string
  cell: string
}

/** @throws `rename-limit`; an allowance that is given must be the exact number, above the limit or not */
export function checkRenames(
  plan: { renames: readonly Rename[]; live: { inWorkbook: number } },
  allowed: number | undefined,
): void {
  // A name that differs only in letter case, blanks or Unicode form does not count.
  const renames = plan.renames.filter(({ before, after }) => normalizedName(before) !== normalizedName(after))
  const total = renames.length
  const over = total >= minRenames && total > plan.live.inWorkbook * maxRenameShare
  if (allowed === total || (allowed === undefined && !over)) return
  const names = firstFew(
    renames.map(
      ({ number, before, after }) =>
        `${number} '${truncateForMessage(before)}' → '${truncateForMessage(after)}'`,
    ),
  )
  const listing = total === 0 ? '' : ` ${names}.`
  const centres = total === 1 ? '1 centre' : `${total} centres`
  throw new Refused(
    'rename-limit',
    allowed === undefined
      ? `This would rename ${centres} of the ${plan.live.inWorkbook} that the workbook names, more than a fifth; nothing was changed.${listing}`
      : `--allow-renames ${allowed} is not right: this would rename ${centres}; nothing was changed.${listing}`,
    {
      hint: `Look at the names, old and new: perhaps they slipped by a row. If all of it is meant: --allow-renames ${total}`,
      details: {
        total,
        of: plan.live.inWorkbook,
        allowed: allowed ?? null,
        renamedCentres: renames
          .slice(0, maxShown)
          .map(({ number, before, after, cell }) => ({ number, from: before, to: after, cell })),
      },
    },
  )
}

/** The search keys of the names that a workbook gives to saved centres in place of their own. */
export function newNames(rows: Iterable<RosterRow>, saved: SeenCentres): Set<string> {
  const names = new Set<string>()
  for (const row of rows) {
    const own = row.number === undefined ? undefined : saved.get(row.number)
    const name = own === undefined ? '' : row.name
    if (own === undefined || name === '' || own.name === name) continue
    const key = searchKey(name)
    if (own.nameKey !== key) names.add(key)
  }
  return names
}

/** Holds back a centre number in place of a name: a column was mistaken for another, or a look-up was wrong. */
export function holdBackNumbersAsNames({ byCentre, view: { centres } }: RosterAndStore): void {
  for (const [number, rows] of byCentre) {
    for (const row of rows) {
      const { name } = row
      if (!looksLikeCentreNumber(name) || name === centres.get(number)?.name) continue
      const numberTyped = name.toUpperCase()
      if (!centres.has(numberTyped) && !byCentre.has(numberTyped)) continue
      holdBack(row, {
        field: 'name',
        value: name,
        code: 'not-a-name',
        message: `is ${name}, the number of a centre and no name`,
        hint: 'Perhaps the columns were exchanged. Type the name.',
      })
    }
  }
}

/** Whether a name looks like the number of a centre. */
export function looksLikeCentreNumber(name: string): boolean {
  return centreNumberPattern.test(name)
}

const centreNumberPattern = /^(?=.*\d)[a-z\d]{2,12}$/i

/**
 * Reads a saved name behind the apostrophe with which spreadsheets mark a text as that name. Any other name for a saved
 * centre that begins with an apostrophe is held back, though a school may be called 's-Hertogenbosch.
 */
export function stripApostrophes({ byCentre, view: { centres } }: RosterAndStore): void {
  if (centres.size === 0) return
  for (const [number, rows] of byCentre) {
    const saved = centres.get(number)?.name
    if (saved === undefined || saved.startsWith("'")) continue
    for (const row of rows) {
      if (!row.name.startsWith("'")) continue
      if (row.name.slice(1).trim() === saved) row.name = saved
      else {
        const { hint, ...marked } = apostropheFault(row.name)
        const edit = `ssh-admin centres edit ${number} --name ${shellWord(row.name)}`
        holdBack(row, { field: 'name', value: row.name, ...marked, hint: `${hint} If it is meant: ${edit}` })
      }
    }
  }
}

/**
 * Holds back the name of another saved centre, unless that centre stands in the workbook too and keeps its name: the
 * column may have slipped. A new name for the other centre is held back as well.
 */
export function holdBackNamesOfOtherCentres({ roster, byCentre, view: { centres } }: RosterAndStore): void {
  if (centres.size === 0) return
  const names = newNames(roster.rows, centres)
  if (names.size === 0) return
  const byName = new Map<string, SeenCentre[]>()
  for (const centre of centres) {
    const { nameKey } = centre
    if (!centre.deleted && names.has(nameKey)) addTo(byName, nameKey, centre)
  }
  const slipped = (number: string, words: (name: string) => string) => {
    const rows = byCentre.get(number) ?? []
    const name = firstNonBlank(rows, (row) => row.name)
    if (name === '') return
    for (const row of rows) {
      holdBack(row, {
        field: 'name',
        value: row.name,
        code: 'another-centres-name',
        message: words(name),
        hint: `Perhaps the names slipped by a row. If it is meant: ssh-admin centres edit ${number} --name ${shellWord(name)}`,
      })
    }
  }
  const given = new Map<SeenCentre, string>()
  const heldBack = new Set<string>()
  for (const [number, rows] of byCentre) {
    const centre = centres.get(number)
    const name = firstNonBlank(rows, (row) => row.name)
    if (!centre || name === '' || searchKey(name) === centre.nameKey) continue
    const other = byName
      .get(searchKey(name))
      ?.find((one) => one.id !== centre.id && !keepsName(one, byCentre))
    if (other === undefined) continue
    slipped(number, () => `is ${name}, which is what ${other.number} is called`)
    heldBack.add(number)
    given.set(other, number)
  }
  // If the other centre got a new name, the next import of the same rows would find the old name free.
  for (const [{ number, name: own }, taker] of given)
    if (!heldBack.has(number) && !byCentre.get(number)?.some(({ issues }) => hasIssueIn(issues, 'name')))
      slipped(number, (name) => `is ${name}, while ${taker} would be called ${own}`)
}

/**
 * Whether all rows of a centre give its own name or leave the name blank; a name that could not be read, or that a
 * formula did not find, is not kept.
 */
function keepsName({ number, nameKey }: SeenCentre, byCentre: RowsByCentre): boolean {
  const leavesName = (row: RosterRow) =>
    row.name === '' ? row.emptyFormulas?.has('name') !== true : searchKey(row.name) === nameKey
  return byCentre.get(number)?.every((row) => !hasIssueIn(row.issues, 'name') && leavesName(row)) ?? false
}
