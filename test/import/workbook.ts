import { writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { runProgram, startPager } from '../../src/context.ts'
import { run } from '../../src/cli/run.ts'
import { newInterruption } from '../../src/interruption.ts'
import { writeWorkbook } from '../../src/workbook/write.ts'
import { settingsOf, type Ran, type World } from '../world.ts'

const headings = {
  number: 'Centre number',
  name: 'Centre name',
  email: 'Email',
  address: 'Address',
  town: 'Town',
  postcode: 'Postcode',
  country: 'Country',
  firstName: 'First name',
  lastName: 'Last name',
  role: 'Role',
  kind: 'Kind',
  associate: 'Associate',
} as const

export type Field = keyof typeof headings
/** One row of a centres workbook; what is left out is an empty cell. */
export type Line = Partial<Record<Field, string>>

/** The fields in the order of the columns; the first is column A. */
export const fields: readonly Field[] = [
  'number',
  'name',
  'email',
  'country',
  'address',
  'town',
  'postcode',
  'firstName',
  'lastName',
  'role',
  'kind',
  'associate',
]

/** A row of a centre in Egypt, with one user. */
export function line(number: string, email = '', more: Line = {}): Line {
  return { number, name: `School ${number}`, country: 'Egypt', email, ...more }
}

export function csv(lines: readonly Line[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  return [
    fields.map((field) => headings[field]),
    ...lines.map((row) => fields.map((field) => row[field] ?? '')),
  ]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('')
}

export function writeCsv(world: World, lines: readonly Line[], name = 'centres.csv'): string {
  writeFileSync(world.path(name), csv(lines))
  return name
}

/** The same as a real workbook with one sheet, Centres. */
export async function writeXlsx(
  world: World,
  lines: readonly Line[],
  name = 'centres.xlsx',
): Promise<string> {
  await writeWorkbook(world.path(name), [
    {
      name: 'Centres',
      columns: fields.map((field) => ({ heading: headings[field] })),
      rows: lines.map((row) => fields.map((field) => row[field])),
    },
  ])
  return name
}

/** Imports these rows, everything agreed to. */
export async function importRows(
  world: World,
  lines: readonly Line[],
  ...flags: readonly string[]
): Promise<Ran> {
  return world.run(['centres', 'import', writeCsv(world, lines), '--yes', '--json', ...flags])
}

/** The numbers of the live centres, and the addresses of the live users. */
export async function living(world: World): Promise<{ centres: string[]; users: string[] }> {
  const { db } = await world.store()
  const centres = await db
    .selectFrom('centres')
    .select('number')
    .where('deleted_at', 'is', null)
    .orderBy('number')
    .execute()
  const users = await db
    .selectFrom('users')
    .select('email')
    .where('status', '<>', 'deleted')
    .orderBy('email')
    .execute()
  return { centres: centres.map(({ number }) => number), users: users.map(({ email }) => email) }
}

/** Runs a command while something happens in the moment in which its PINs are drawn. */
export async function runWhile(
  world: World,
  argv: readonly string[],
  meanwhile: () => void,
): Promise<Pick<Ran, 'exit' | 'stdout' | 'stderr'>> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const output = { stdout: '', stderr: '' }
  stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString('utf8')
  })
  stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString('utf8')
  })
  let happened = false
  const interruption = newInterruption(() => undefined)
  await world.ready()
  const exit = await run(argv, {
    env: settingsOf(world),
    cwd: world.folder,
    stdin: Readable.from([]),
    stdout,
    stderr,
    now: () => world.now,
    random: (bytes) => {
      if (!happened) meanwhile()
      happened = true
      return randomBytes(bytes)
    },
    operator: 'tester@desk',
    runProgram,
    startPager,
    disableColours: () => undefined,
    enableColours: () => undefined,
    interruption,
    signal: interruption.signal,
  })
  return { exit, ...output }
}
