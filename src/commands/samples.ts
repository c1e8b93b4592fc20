import type { Command } from 'commander'
import * as z from 'zod'
import type { SheetToWrite } from '../workbook/sheet.ts'
import { prepareTable } from '../cli/output-file.ts'
import { checkWorkbookOutput } from './centres/export.ts'
import { command } from '../cli/define.ts'
import { optionalArgument } from '../cli/parameters.ts'
import { shellWord } from '../shell-word.ts'
import type { UserField } from '../rules/users/add.ts'
import { catalogue, sites, progressionTestSites } from '../rules/roles/catalogue.ts'
import { writtenUserColumns } from './users/read-users.ts'
import type { EntryField } from '../rules/entries.ts'
import { entryColumns } from './entries.ts'
import type { KeyTimeField } from '../rules/key-times/key-time-rows.ts'
import { keyTimeColumns } from './key-times.ts'
import type { ResultField } from '../rules/progression-tests.ts'
import { resultColumns } from './progression-tests.ts'
import { type ColumnGuide, sampleSheets, guidedSheets } from '../import/sample.ts'

interface Sample {
  noun: string
  /** The verb that reads the filled-in file. */
  importVerb?: string
  /** The file's name in the example. */
  example?: string
  sheets: () => [SheetToWrite, ...SheetToWrite[]]
}

/** Makes a command that writes an empty workbook to fill in. Of no other kind: it opens no store. */
function sampleCommand({ noun, importVerb: reader = 'import', example = noun, sheets }: Sample): Command {
  const defaultFile = `${noun}-sample.xlsx`
  return command({
    name: 'sample',
    summary: 'write an empty workbook to fill in, with a guide',
    description:
      'Write an empty workbook with the right headings and drop-down lists, and a guide to its columns on a second sheet.',
    args: {
      file: optionalArgument(
        `.xlsx, or .csv for the headings alone (default: ${defaultFile} here)`,
        z.string().min(1, 'the name of a file').default(defaultFile),
      ),
    },
    examples: [`ssh-admin ${noun} sample ${example}.xlsx --yes`],
    changes: true,
    run: async ({ file }, session) => {
      const { common, context, terminal } = session
      const output = await checkWorkbookOutput(session, { kind: 'sample', file })
      if (!common.dryRun) {
        const { now, signal } = context
        await prepareTable(output, { sheets: sheets(), at: now(), signal })
        await output.moveIntoPlace()
      }
      const next = `When it is filled in: ssh-admin ${noun} ${reader} ${shellWord(file)}`
      const wrote = `${common.dryRun ? 'Would write' : 'Wrote'} ${file}. ${next}`
      const text = terminal.out.isTerminal ? wrote : file
      // In a pipe only the file name goes to stdout; the next step goes to stderr.
      return { text, json: { file }, say: terminal.out.isTerminal || common.dryRun ? [] : [next] }
    },
  })
}

export const sampleCentres = () => sampleCommand({ noun: 'centres', sheets: sampleSheets })

export const sampleUsers = () =>
  sampleCommand({
    noun: 'users',
    importVerb: 'add --from',
    sheets: () =>
      guidedSheets({ name: 'Users', columns: writtenUserColumns, guide: userGuide, rules: userRules }),
  })

/** The roles that can be granted when a user is added. */
const grantableRoles = catalogue
  .filter(({ grantedBy }) => grantedBy !== 'derived' && grantedBy !== 'by-coordinator-commands')
  .map(({ name }) => name)
  .sort()

const userGuide: Readonly<Record<UserField, ColumnGuide>> = {
  centre: {
    requirement: 'unless --centre is given',
    description: 'The number of a centre that is there already. Leading zeros count.',
    example: 'EG001',
    width: 15,
  },
  firstName: {
    requirement: 'one of two',
    description: 'A person with one name has one.',
    example: 'Amira',
    width: 18,
  },
  lastName: {
    requirement: 'one of two',
    description: 'A person with one name has one.',
    example: 'Haddad',
    width: 20,
  },
  email: {
    requirement: 'yes',
    description: 'An address that nobody else uses.',
    example: 'amira@school.example',
    width: 36,
  },
  role: {
    requirement: 'no',
    description: `Blank means teacher. Several are separated by commas; service roles alone make no hub user. One of: ${grantableRoles.join(', ')}.`,
    example: 'teacher',
    width: 22,
    choices: grantableRoles,
  },
  site: {
    requirement: 'no',
    description: `Several are separated by commas; the hub comes with every hub role. One of: ${sites.join(', ')}.`,
    example: 'cambridge-primary',
    width: 28,
    choices: sites,
  },
}

const userRules = [
  'One row for each new user. The order of the rows and of the columns does not matter.',
  'All are added, or none: each cell that stands in the way is named.',
  'Each gets a message that lets them set up a password.',
  'To see what would happen, and change nothing: ssh-admin users add --from FILE --dry-run',
]

export const sampleEntries = () =>
  sampleCommand({
    noun: 'entries',
    sheets: () =>
      guidedSheets({ name: 'Entries', columns: entryColumns, guide: entryGuide, rules: entryRules }),
  })

const entryGuide: Readonly<Record<EntryField, ColumnGuide>> = {
  number: { description: 'The number of the centre. Leading zeros count.', example: 'EG001', width: 15 },
  series: { description: 'The year and month of the examinations.', example: '2026-06', width: 12 },
  component: { description: 'Syllabus and component.', example: '0500/12', width: 14 },
  candidates: { description: 'How many candidates. 0 takes the entry away.', example: '24', width: 12 },
}

const entryRules = [
  'One row for each centre, series and component. The order of the rows and of the columns does not matter.',
  'A row takes the place of what was there for its centre, series and component; what is not named stays.',
  'A row with a mistake is held back and changes nothing; the result says which cell, and why.',
  'Entries of centres that are not known go in, and ssh-admin errors list names them.',
  'To see what would happen, and change nothing: ssh-admin entries import FILE --dry-run',
]

export const sampleKeyTimes = () =>
  sampleCommand({
    noun: 'key-times',
    sheets: () =>
      guidedSheets({
        name: 'Key Times',
        columns: keyTimeColumns,
        guide: keyTimeGuide,
        rules: keyTimeRules,
      }),
  })

const keyTimeGuide: Readonly<Record<KeyTimeField, ColumnGuide>> = {
  country: { description: 'The name of the country, or its ISO code.', example: 'Egypt', width: 24 },
  administrativeZone: {
    description: 'A number from 1 to 6, the same in every row of a country.',
    example: '3',
    width: 18,
    choices: ['1', '2', '3', '4', '5', '6'],
  },
  session: { description: 'AM, PM or EV.', example: 'AM', width: 10, choices: ['AM', 'PM', 'EV'] },
  localTime: { description: 'What the clock shows there, by 24 hours.', example: '10:00', width: 12 },
  timeZone: {
    requirement: 'where the country has several',
    description: 'The IANA name of the time zone.',
    example: 'Africa/Cairo',
    width: 24,
  },
  series: {
    description: 'The year and month of the examinations; blank holds for all.',
    example: '2026-06',
    width: 12,
  },
  from: {
    description: 'The first day on which it holds; blank where there is none.',
    example: '2026-03-29',
    width: 14,
  },
  until: {
    description: 'The last day on which it holds; blank where there is none.',
    example: '2026-10-24',
    width: 14,
  },
}

const keyTimeRules = [
  'One row for each country, time zone and session. The order of the rows and of the columns does not matter.',
  'Where the clocks change within a series: a row with the days before, and one with the days after.',
  'A row takes the place of the one for the same country, time zone, session, series and first day.',
  'A row with a mistake is held back and changes nothing; the result says which cell, and why.',
  'To see what would happen, and change nothing: ssh-admin key-times import FILE --dry-run',
]

export const sampleResults = () =>
  sampleCommand({
    noun: 'progression-tests',
    example: 'results',
    sheets: () =>
      guidedSheets({ name: 'Results', columns: resultColumns, guide: resultGuide, rules: resultRules }),
  })

const resultGuide: Readonly<Record<ResultField, ColumnGuide>> = {
  teacher: {
    description: 'The address of the teacher who owns the results.',
    example: 'amira@school.example',
    width: 36,
  },
  site: {
    description: `One of: ${progressionTestSites.join(', ')}.`,
    example: 'cambridge-primary',
    width: 26,
    choices: progressionTestSites,
  },
  group: { description: 'The name of the learner group.', example: '4B', width: 16 },
  stage: {
    requirement: 'no',
    description: 'The stage of the learner group, the same in all its rows.',
    example: '4',
    width: 8,
  },
  subject: { description: 'The subject of the test.', example: 'English', width: 18 },
  test: { description: 'What the test is called.', example: 'Paper 1', width: 18 },
  takenOn: { description: 'The day of the test: a date, or 2026-03-02.', example: '2026-03-02', width: 14 },
  learner: { description: "The learner's name, once in a test.", example: 'Ali Hassan', width: 28 },
  mark: {
    requirement: 'no',
    description:
      'A number without %. Blank where nothing was marked: a saved mark stays. none takes it away.',
    example: '31.5',
    width: 8,
  },
}

const resultRules = [
  'One row for each result. The order of the rows and of the columns does not matter.',
  'A learner group is its teacher, site and name; a test is its group, subject, title and date.',
  'All rows go in, or none: each cell that stands in the way is named.',
  'The same rows again change nothing; a different mark is a correction, and a blank one leaves what is saved as it is.',
  'To see what would happen, and change nothing: ssh-admin progression-tests import FILE --dry-run',
]
