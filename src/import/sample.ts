import { countryNames } from '../countries.ts'
import { centreKinds } from '../rules/centres/options.ts'
import { catalogue } from '../rules/roles/catalogue.ts'
import type { SheetToWrite } from '../workbook/sheet.ts'
import { type CentreField, columnsToWrite, headingOf, writtenFields } from './columns.ts'

/** The roles an import can give. */
function offeredRoles(): string[] {
  return catalogue
    .filter(({ given }) => given !== 'derived' && given !== 'by-staff')
    .map(({ name }) => name)
    .sort()
}

/** The workbook to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  const choices: Partial<Record<CentreField, readonly string[]>> = {
    country: countryNames(),
    role: offeredRoles(),
    kind: centreKinds,
  }
  const columns = columnsToWrite((field) => ({ note: guide[field].what, choices: choices[field] ?? [] }))
  return [
    { name: 'Centres', columns, rows: [], print: { landscape: true } },
    guideSheet(
      writtenFields.map((field) => ({ heading: headingOf(field), ...guide[field] })),
      rules,
    ),
  ]
}

const newCentres = 'for a new centre'
const no = 'no'

const guide: Readonly<Record<CentreField, Omit<ColumnGuide, 'heading'>>> = {
  number: {
    needed: 'yes',
    what: 'The centre number: 2 to 12 letters and digits. Leading zeros count.',
    example: 'EG001',
  },
  name: {
    needed: newCentres,
    what: 'The name of the centre, the same in all its rows. For a centre that is there already, only the name is changed; blank leaves it.',
    example: 'El Nour School',
  },
  address: { needed: no, what: 'Street and house. Read for new centres only.', example: '12 Nile Street' },
  town: { needed: no, what: 'Read for new centres only.', example: 'Cairo' },
  postcode: { needed: no, what: 'Read for new centres only.', example: '11511' },
  country: {
    needed: newCentres,
    what: 'The English name or the ISO code; the list has them all. Read for new centres only.',
    example: 'Egypt',
  },
  firstName: { needed: no, what: 'Of the user. Read for new users only.', example: 'Amira' },
  lastName: { needed: no, what: 'Of the user. Read for new users only.', example: 'Haddad' },
  email: {
    needed: 'for a user',
    what: 'One address is one account at one centre. Leave it blank, with the names, for a centre without users.',
    example: 'amira@school.example',
  },
  role: {
    needed: no,
    what: `Blank means teacher. Several are separated by commas. One of: ${offeredRoles().join(', ')}. A centre has one coordinator. Read for new users only.`,
    example: 'teacher',
  },
  kind: {
    needed: no,
    what: `Blank means school, or associate-centre where an Associate is named. One of: ${centreKinds.join(', ')}. Read for new centres only.`,
    example: 'school',
  },
  associate: {
    needed: 'for an associate centre',
    what: 'The centre number of its Associate, which is there already or stands in this workbook. Read for new centres only.',
    example: 'CA001',
  },
}

/** What our own guide names as examples, and is nobody's. */
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

/** What a person who fills in a column must know of it. */
export interface ColumnGuide {
  heading: string
  /** Whether it must be filled in, or when. */
  needed: string
  what: string
  example: string
}

/** The sheet of our own that holds nothing to be read. */
export const guideName = 'Guide'

/** The sheet that explains the columns of another, and how its rows are taken. */
export function guideSheet(columns: readonly ColumnGuide[], rules: readonly string[]): SheetToWrite {
  return {
    name: guideName,
    columns: [
      { heading: 'Column', width: 18 },
      { heading: 'Must be filled in', width: 24 },
      { heading: 'What to write', width: 70 },
      { heading: 'Example', width: 24 },
    ],
    rows: [
      ...columns.map(({ heading, needed, what, example }) => [heading, needed, what, example]),
      [],
      ...rules.map((rule, at) => [at === 0 ? 'How it works' : '', '', rule]),
    ],
    wrapped: true,
    print: { landscape: true },
  }
}
