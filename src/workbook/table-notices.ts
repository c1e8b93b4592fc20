import { columnLetters } from './cell.ts'
import type { ReadTableResult } from './table.ts'
import { grouped } from '../grouped.ts'

/** What a person must know of a table before they agree to it. */
export interface TableNotice {
  code: 'hidden-rows' | 'hidden-columns' | 'headings-again' | 'cells-without-heading'
  message: string
}

const maxNamed = 3

export function tableNotices({
  hiddenRows,
  hiddenColumns,
  headingsAgain,
  withoutHeading,
}: Pick<
  ReadTableResult,
  'hiddenRows' | 'hiddenColumns' | 'headingsAgain' | 'withoutHeading'
>): TableNotice[] {
  const notices: TableNotice[] = []
  if (hiddenRows > 0) {
    notices.push({
      code: 'hidden-rows',
      message:
        hiddenRows === 1
          ? '1 row of the sheet is hidden; it is read like all the others.'
          : `${grouped(hiddenRows)} rows of the sheet are hidden; they are read like all the others.`,
    })
  }
  if (hiddenColumns.length > 0) {
    const names = few(hiddenColumns.map((heading) => `'${heading.slice(0, 40)}'`))
    notices.push({
      code: 'hidden-columns',
      message:
        hiddenColumns.length === 1
          ? `The column ${names} is hidden; it is read like the others.`
          : `${hiddenColumns.length} columns are hidden (${names}); they are read like the others.`,
    })
  }
  const again = (follows: (typeof headingsAgain)[number]['follows']) =>
    headingsAgain.filter((other) => other.follows === follows).map(({ row }) => String(row))
  const notify = (numbers: readonly string[], what: string) => {
    if (numbers.length === 0) return
    notices.push({
      code: 'headings-again',
      message: `The headings stand again in ${rows(numbers)}${what}.`,
    })
  }
  notify(again('the same columns'), '; they are passed over')
  notify(again('other columns'), ', in another order; what follows is read by them')
  notify(again('nothing that can be read'), ', and are not understood; what follows is held back')
  if (withoutHeading.rows > 0) {
    const { rows, columns } = withoutHeading
    const where = `${columns.length === 1 ? 'column' : 'columns'} ${few(columns.map(columnLetters))}`
    const have = rows === 1 ? '1 row has' : `${grouped(rows)} rows have`
    notices.push({
      code: 'cells-without-heading',
      message: `${have} something in ${where}, where there is no heading; it is left aside.`,
    })
  }
  return notices
}

function rows(numbers: readonly string[]): string {
  return `${numbers.length === 1 ? 'row' : 'rows'} ${few(numbers)}`
}

function few(names: readonly string[]): string {
  const more = names.length - maxNamed
  return more > 0 ? `${names.slice(0, maxNamed).join(', ')} and ${grouped(more)} more` : names.join(', ')
}
