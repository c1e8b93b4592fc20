import { countryNames } from '../countries.ts'
import { centreKinds } from '../rules/centres/options.ts'
import { catalogue } from '../rules/roles/catalogue.ts'
import type { SheetToWrite } from '../workbook/sheet.ts'
import { type WrittenField, writtenColumns } from './columns.ts'

/** The roles an import can give. */
const importableRoles = catalogue
  .filter(({ grantedBy }) => grantedBy !== 'derived' && grantedBy !== 'by-staff')
  .map(({ name }) => name)
  .sort()

/** The workbook to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  return guidedSheets({ name: 'Centres', columns: writtenColumns, guide, rules })
}

const newCentres = 'for a new centre'

const guide: Readonly<Record<WrittenField, ColumnGuide>> = {
  number: {
    description: 'The centre number: 2 to 12 letters and digits. Leading zeros count.',
    example: 'EG001',
    requirement: 'yes',
  },
  name: {
    requirement: newCentres,
    description:
      'The name of the centre, the same in all its rows. For a centre that is there already, only the name is changed; blank leaves it.',
    example: 'El Nour School',
  },
  address: { description: 'Street and house. Read for new centres only.', example: '12 Nile Street' },
  town: { description: 'Read for new centres only.', example: 'Cairo' },
  postcode: { description: 'Read for new centres only.', example: '11511' },
  country: {
    requirement: newCentres,
    description: 'The English name or the ISO code; the list has them all. Read for new centres only.',
    example: 'Egypt',
    get choices() {
      return countryNames()
    },
  },
  firstName: { description: 'Of the user. Read for new users only.', example: 'Amira' },
  lastName: { description: 'Of the user. Read for new users only.', example: 'Haddad' },
  email: {
    requirement: 'for a user',
    description:
      'One address is one account at one centre. Leave it blank, with the names, for a centre without users.',
    example: 'amira@school.example',
  },
  role: {
    description: `Blank means teacher. Several are separated by commas. One of: ${importableRoles.join(', ')}. A centre has one coordinator. Read for new users only.`,
    example: 'teacher',
    choices: importableRoles,
  },
  kind: {
    description: `Blank means school, or associate-centre where an Associate is named. One of: ${centreKinds.join(', ')}. Read for new centres only.`,
    example: 'school',
    choices: centreKinds,
  },
  associate: {
    requirement: 'for an associate centre',
    description:
      'The centre number of its Associate, which is there already or stands in this workbook. Read for new centres only.',
    example: 'CA001',
  },
}

/** The examples in this program's own guide, which are nobody's. */
export const guideExamples: ReadonlySet<string> = new Set(Object.values(guide).map(({ example }) => example))

const rules = [
  'One row for each user. A centre with several users has several rows; a centre without users has one.',
  'The order of the rows and of the columns does not matter. Columns that are not needed can be left out.',
  'New centres and new users are added; each new user gets a PIN, and the PINs come back as a workbook to hand out.',
  'Users who are there already are never changed, and their PINs are not touched.',
  'A row with a mistake is held back and changes nothing; the result says which cell, and why.',
  'Centres and users that are not in the workbook are listed; they are deleted only when you say so.',
  'To see what would happen, and change nothing: ssh-admin centres import FILE --dry-run',
]

/** Advice for the person who fills in a column. */
export interface ColumnGuide {
  /** Where the column itself does not tell: `no`, or when the column is needed. */
  requirement?: string
  description: string
  example: string
  /** The width, where the column itself has none. */
  width?: number
  choices?: readonly string[]
}

interface TableToFillIn<Field extends string> {
  name: string
  columns: readonly { field: Field; heading: string; required?: boolean; width?: number }[]
  guide: Readonly<Record<Field, ColumnGuide>>
  /** How the rows of the table are read, for the guide. */
  rules: readonly string[]
}

/** The name of the guide, a sheet of this program's own that holds nothing to be read. */
export const guideName = 'Guide'

/** A workbook to fill in, and a guide to its columns. */
export function guidedSheets<Field extends string>({
  name,
  columns,
  guide,
  rules,
}: TableToFillIn<Field>): [SheetToWrite, SheetToWrite] {
  const empty = columns.map(({ field, heading, width = guide[field].width }) => {
    const { description: what, choices = [] } = guide[field]
    return { heading, width, note: what, choices }
  })
  const explained = columns.map(({ field, heading, required }) => {
    const { requirement: needed = required ? 'yes' : 'no', description: what, example } = guide[field]
    return [heading, needed, what, example]
  })
  const guideSheet: SheetToWrite = {
    name: guideName,
    columns: [
      { heading: 'Column', width: 18 },
      { heading: 'Must be filled in', width: 24 },
      { heading: 'What to write', width: 70 },
      { heading: 'Example', width: 24 },
    ],
    rows: [...explained, [], ...rules.map((rule, at) => [at === 0 ? 'How it works' : '', '', rule])],
    wrapped: true,
    print: { landscape: true },
  }
  return [{ name, columns: empty, rows: [], print: { landscape: true } }, guideSheet]
}
