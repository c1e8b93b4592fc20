import type { ReadTableResult } from './headings.ts'

/** What a person must know of a table before they agree to it. */
export interface TableNotice {
  code: 'hidden-rows' | 'hidden-columns' | 'headings-again'
  message: string
}

const maxNamed = 3

export function tableNotices({
  hiddenRows,
  hiddenColumns,
  headingsAgain,
}: Pick<ReadTableResult, 'hiddenRows' | 'hiddenColumns' | 'headingsAgain'>): TableNotice[] {
  const notices: TableNotice[] = []
  if (hiddenRows > 0) {
    notices.push({
      code: 'hidden-rows',
      message:
        hiddenRows === 1
          ? '1 row of the sheet is hidden; it is read like all the others.'
          : `${hiddenRows.toLocaleString('en')} rows of the sheet are hidden; they are read like all the others.`,
    })
  }
  if (hiddenColumns.length > 0) {
    const names = few(hiddenColumns.map((heading) => `‘${heading.slice(0, 40)}’`))
    notices.push({
      code: 'hidden-columns',
      message:
        hiddenColumns.length === 1
          ? `The column ${names} is hidden; it is read like the others.`
          : `${hiddenColumns.length} columns are hidden (${names}); they are read like the others.`,
    })
  }
  const sameOrder = headingsAgain.filter((again) => again.same).map(({ row }) => String(row))
  if (sameOrder.length > 0) {
    notices.push({
      code: 'headings-again',
      message: `The headings stand again in ${rows(sameOrder)}; they are passed over.`,
    })
  }
  const other = headingsAgain.filter((again) => !again.same).map(({ row }) => String(row))
  if (other.length > 0) {
    notices.push({
      code: 'headings-again',
      message: `The headings stand again in ${rows(other)}, in another order; what follows is read by them.`,
    })
  }
  return notices
}

function rows(numbers: readonly string[]): string {
  return `${numbers.length === 1 ? 'row' : 'rows'} ${few(numbers)}`
}

function few(names: readonly string[]): string {
  const more = names.length - maxNamed
  return more > 0
    ? `${names.slice(0, maxNamed).join(', ')} and ${more.toLocaleString('en')} more`
    : names.join(', ')
}
