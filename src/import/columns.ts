import type { ColumnSpec } from '../workbook/headings.ts'

/**
 * What people call a column of whole names. Teacher, Contact and Coordinator alone are not here: below them may stand
 * yes or no, an address or a telephone number.
 */
export const fullNameSynonyms = [
  'Name and surname',
  'First and last name',
  'First name and last name',
  'First name and surname',
  'Name of user',
  'Users name',
  'User full name',
  'Display name',
  'Person name',
  'Name of person',
  'Contact name',
  'Contact person',
  'Name of contact',
  'Name of contact person',
  'Contact person name',
  'Coordinator name',
  'Name of coordinator',
  'Teacher name',
  'Teachers name',
  'Name of teacher',
  'Staff name',
  'Name of staff',
]

/** The columns of the centres workbook, as its sample names them. */
export const centreColumns = [
  {
    field: 'number',
    heading: 'Centre number',
    synonyms: [
      'Centre No',
      'Center number',
      'Center no',
      'Centre',
      'Center',
      'Centre ID',
      'Centre code',
      'Number',
      'No',
    ],
    required: true,
  },
  {
    field: 'name',
    heading: 'Centre name',
    synonyms: ['Center name', 'School', 'School name', 'Name of school', 'Name of centre', 'Institution'],
    required: true,
  },
  {
    field: 'email',
    heading: 'Email',
    synonyms: [
      'E-mail',
      'Email address',
      'E-mail address',
      'Email (work)',
      'Email address (work)',
      'Work email',
      'Mail',
      'User email',
      'Username',
      'User name',
    ],
    required: true,
  },
  {
    field: 'address',
    heading: 'Address',
    synonyms: ['Street', 'Street address', 'Address line 1', 'Address 1'],
  },
  { field: 'town', heading: 'Town', synonyms: ['City', 'Town/City', 'City/Town', 'Place', 'Location'] },
  {
    field: 'postcode',
    heading: 'Postcode',
    synonyms: ['Post code', 'Postal code', 'Zip', 'Zip code', 'PLZ'],
  },
  {
    field: 'country',
    heading: 'Country',
    synonyms: [
      'Country/Region',
      'Country or region',
      'Country/Territory',
      'Country or territory',
      'Country/Area',
      'Nation',
      'Country name',
    ],
  },
  { field: 'firstName', heading: 'First name', synonyms: ['Given name', 'Forename', 'First'] },
  { field: 'lastName', heading: 'Last name', synonyms: ['Surname', 'Family name', 'Last'] },
  {
    field: 'fullName',
    heading: 'Full name',
    synonyms: fullNameSynonyms,
    standsInFor: ['firstName', 'lastName'],
  },
  { field: 'role', heading: 'Role', synonyms: ['Roles', 'User role', 'Hub role'] },
  { field: 'kind', heading: 'Kind', synonyms: ['Centre kind', 'Centre type', 'Center type', 'Type'] },
  {
    field: 'associate',
    heading: 'Associate',
    synonyms: ['Associate number', 'Cambridge Associate', 'Associate centre number of'],
  },
] as const satisfies readonly ColumnSpec[]

export type CentreField = (typeof centreColumns)[number]['field']

/** The fields of the workbooks that this program writes, in which a person has two names. */
export type WrittenField = Exclude<CentreField, 'fullName'>

const headingsByField = new Map<string, string>(centreColumns.map(({ field, heading }) => [field, heading]))

/** The proper heading of a field, for messages. */
export function headingOf(field: CentreField): string {
  return headingsByField.get(field) ?? field
}

const widths = [
  ['number', 15],
  ['name', 36],
  ['address', 30],
  ['town', 18],
  ['postcode', 12],
  ['country', 22],
  ['firstName', 18],
  ['lastName', 20],
  ['email', 36],
  ['role', 22],
  ['kind', 18],
  ['associate', 14],
] as const satisfies readonly (readonly [WrittenField, number])[]

/** The columns of the workbooks that this program writes, in the order in which an office fills them in. */
export const writtenColumns = widths.map(([field, width]) => ({ field, heading: headingOf(field), width }))
