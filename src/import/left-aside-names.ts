import { firstFew, formatNumber, quotedHeading } from '../format-number.ts'
import { isNoValue } from '../rules/placeholders.ts'
import { searchKey } from '../search-key.ts'
import { likelyColumn, mapOption, type Table } from '../workbook/headings.ts'
import type { SheetRow } from '../workbook/sheet-rows.ts'
import { centreColumns, headingOf } from './columns.ts'

/** An unknown column, with how many of its cells stand in a row with an address, and what they look like. */
interface LeftAsideColumn {
  heading: string
  column: number
  filled: number
  likeNames: number
  /** The cells that share a word with the address of their row: `Amira Haddad` beside `amira@school.example`. */
  inAddress: number
}

const columnsOfNames = centreColumns.filter(({ field }) =>
  ['firstName', 'lastName', 'fullName'].includes(field),
)

/** More rows tell nothing more. */
const maxRowsSeen = 200

/** Watches the columns that are not read for people's names, in a table without a column of names. */
export function leftAsideNamesDetector() {
  let first: { table: Table; columns: LeftAsideColumn[] } | undefined
  let seen = 0
  return {
    see({ cells }: SheetRow, table: Table): void {
      if (seen >= maxRowsSeen) return
      first ??= { table, columns: unreadColumns(table) }
      if (table !== first.table || first.columns.length === 0) return
      const address = cells[table.columns.get('email') ?? -1] ?? ''
      if (!address.includes('@')) return
      seen += 1
      const local = searchKey(address.slice(0, address.lastIndexOf('@')))
      for (const one of first.columns) {
        const text = cells[one.column]?.trim() ?? ''
        if (text === '') continue
        one.filled += 1
        if (!looksLikeName(text)) continue
        one.likeNames += 1
        if (wordsOf(text).some((word) => word.length >= minWordLength && local.includes(word)))
          one.inAddress += 1
      }
    },
    /** The headings of the columns that look like names in at least half of their cells. */
    found: (): string[] =>
      (first?.columns ?? []).flatMap(({ heading, filled, likeNames, inAddress }) => {
        const isOfPeople = peoplePattern.test(heading) && !otherNamesPattern.test(heading)
        const matching = isOfPeople ? likeNames : inAddress
        return filled > 0 && matching * 2 >= filled ? [heading] : []
      }),
  }
}

function unreadColumns({ columns, headings, unknown }: Table): LeftAsideColumn[] {
  if (columnsOfNames.some(({ field }) => columns.has(field))) return []
  return headings.flatMap((heading, column) =>
    unknown.includes(heading) ? [{ heading, column, filled: 0, likeNames: 0, inAddress: 0 }] : [],
  )
}

const minWordLength = 3
const maxNameLength = 60

function looksLikeName(text: string): boolean {
  return text.length <= maxNameLength && /^\p{L}[\p{L}\p{M}\s.,'’-]+$/u.test(text) && !isNoValue(text)
}

function wordsOf(text: string): string[] {
  return searchKey(text).split(/[^\p{L}]+/u)
}

/** Headings below which the people of a centre stand, in the languages of the lists that arrive. */
const peoplePattern =
  /name|teacher|coordinator|co-ordinator|contact|person|principal|head|staff|user|tutor|officer|director|lehr|kontakt|ansprech|nombre|apellido|profesor|responsab|\bnome?\b|pr[ée]nom|sobrenome|cognome/i
const otherNamesPattern =
  /school|centre|center|town|city|country|institution|department|subject|file|sheet|schule/i

const firstNamePattern = /vorname|pr[ée]nom|given|first|\bnombres?\b/i
const lastNamePattern = /nachname|familienname|surname|family|last|apellido|sobrenome|cognome|\bnom\b/i

function nameFieldOf(heading: string): string {
  const misspelt = likelyColumn(heading, { specs: columnsOfNames, columns: new Map() })
  if (misspelt !== undefined) return misspelt.heading
  if (firstNamePattern.test(heading)) return headingOf('firstName')
  return headingOf(lastNamePattern.test(heading) ? 'lastName' : 'fullName')
}

/**
 * The notice of columns that are left aside although people's names seem to stand in them.
 * @param users how many new users get no name for it; undefined where that is said elsewhere
 */
export function leftAsideNamesNotice(
  headings: readonly string[],
  users: number | undefined,
): { code: string; message: string }[] {
  if (headings.length === 0) return []
  const fields = new Map<string, string>()
  for (const heading of headings) {
    const field = nameFieldOf(heading)
    if (![...fields.values()].includes(field)) fields.set(heading, field)
  }
  const parts = [...fields].filter(([, field]) => field !== headingOf('fullName'))
  const meant = parts.length > 0 ? parts : [...fields]
  const options = meant.map(([heading, field]) => mapOption(heading, field)).join(' ')
  const shown = firstFew(headings.map(quotedHeading))
  const look =
    headings.length === 1
      ? `The column ${shown} is left aside, though it looks`
      : `The columns ${shown} are left aside, though they look`
  const withoutNames =
    users === undefined
      ? ''
      : `: ${users === 1 ? '1 new user has' : `${formatNumber(users)} new users have`} no name`
  const what = meant.length > 1 ? 'them' : headings.length > 1 ? 'one of them' : 'it'
  return [
    {
      code: 'names-left-aside',
      message: `${look} like people's names${withoutNames}. To read ${what} as the names of the users: ${options}`,
    },
  ]
}
