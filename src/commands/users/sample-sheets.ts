import type { UserField } from '../../rules/users/add.ts'
import { catalogue, sites } from '../../rules/roles/catalogue.ts'
import type { SheetToWrite } from '../../workbook/sheet.ts'
import { type ColumnAdvice, sheetsToFillIn } from '../sheets-to-fill-in.ts'
import { userColumns } from './read-users.ts'

/** The roles that adding somebody can give. */
const roles = catalogue
  .filter(({ ctx }) => ctx !== 'derived' && ctx !== 'by-coordinator-commands')
  .map(({ name }) => name)
  .sort()

const guide: Readonly<Record<UserField, ColumnAdvice>> = {
  centre: {
    needed: 'unless --centre is given',
    what: 'The number of a centre that is there already. Leading zeros count.',
    example: 'EG001',
    width: 15,
  },
  firstName: { needed: 'one of two', what: 'A person with one name has one.', example: 'Amira', width: 18 },
  lastName: { needed: 'one of two', what: 'A person with one name has one.', example: 'Haddad', width: 20 },
  email: {
    needed: 'yes',
    what: 'An address that nobody else uses.',
    example: 'amira@school.example',
    width: 36,
  },
  role: {
    needed: 'no',
    what: `Blank means teacher. Several are separated by commas; service roles alone make no hub user. One of: ${roles.join(', ')}.`,
    example: 'teacher',
    width: 22,
    choices: roles,
  },
  site: {
    needed: 'no',
    what: `Several are separated by commas; the hub comes with every hub role. One of: ${sites.join(', ')}.`,
    example: 'cambridge-primary',
    width: 28,
    choices: sites,
  },
}

const rules = [
  'One row for each new user. The order of the rows and of the columns does not matter.',
  'All are added, or none: each cell that stands in the way is named.',
  'Each gets a message that lets them set up a password.',
  'To see what would happen, and change nothing: ssh-admin users add --from FILE --dry-run',
]

/** The workbook of new users to fill in, and a guide to its columns. */
export function sampleSheets(): [SheetToWrite, SheetToWrite] {
  return sheetsToFillIn({ name: 'Users', columns: userColumns, guide, rules })
}
