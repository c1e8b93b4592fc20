import type { ColumnToWrite } from '../workbook/sheet.ts'
import { type CentreField, headingOf } from './columns.ts'

/** The fields of a workbook that we write, in the order in which an office fills them in. */
export const writtenFields = [
  'number',
  'name',
  'address',
  'town',
  'postcode',
  'country',
  'firstName',
  'lastName',
  'email',
  'role',
  'kind',
  'associate',
] as const satisfies readonly CentreField[]

const widths: Readonly<Record<CentreField, number>> = {
  number: 15,
  name: 36,
  address: 30,
  town: 18,
  postcode: 12,
  country: 22,
  firstName: 18,
  lastName: 20,
  email: 36,
  role: 22,
  kind: 18,
  associate: 14,
}

/** The columns of the workbook, each with what else is known of it. */
export function columnsToWrite(
  more: (field: CentreField) => Pick<ColumnToWrite, 'choices' | 'note'> = () => ({}),
): ColumnToWrite[] {
  return writtenFields.map((field) => ({ heading: headingOf(field), width: widths[field], ...more(field) }))
}
