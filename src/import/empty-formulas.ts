import { notCalculated } from '../workbook/sheet-xml.ts'
import type { CentreField } from './columns.ts'
import { addIssue, blames, type RowIssue, withIssue } from './issues.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-row.ts'

/**
 * An empty text is what a formula says, or what a program wrote that calculates nothing. Where no formula of the
 * column has a result, nobody can tell: its row is no centre alone, and its person not without a name.
 */
export function holdBackEmptyFormulas(
  { rows, columns }: Pick<Roster, 'rows' | 'columns'>,
  calculatedColumns: ReadonlySet<number>,
): void {
  for (const row of rows) {
    if (row.emptyFormulas === undefined) continue
    const unclear = (field: CentreField): RowIssue | undefined => {
      const formula = row.emptyFormulas?.get(field)
      const isCalculated = calculatedColumns.has((row.columns ?? columns).get(field) ?? -1)
      return formula === undefined || isCalculated ? undefined : { field, fault: emptyFormula(formula) }
    }
    const email = row.address === undefined && !blames(row, 'email') ? unclear('email') : undefined
    if (email) addIssue(row, email)
    if (hasNoName(row))
      for (const field of ['firstName', 'lastName'] as const) {
        const name = unclear(field)
        if (name) row.faults = withIssue(row.faults, name)
      }
  }
}

function hasNoName({ firstName, lastName }: RosterRow): boolean {
  return firstName === '' && lastName === ''
}

function emptyFormula(formula: string) {
  const { hint, ...fault } = notCalculated(formula)
  return { ...fault, hint: `${hint} If it stays empty, delete the formula.` }
}
