import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { csv, line } from '../import/workbook.ts'
import { type Desk, newDesk, type Ran } from './desk.ts'

export interface AtOnce {
  processes: number
  failures: string[]
}

const teachers = ['one', 'two', 'three', 'four'].map((name) => `${name}@school.example`)
const [giver = '', receiver = '', third = '', fourth = ''] = teachers

/** Starts many different commands over one store at the same moment, so often, and looks whether all that they said is so. */
export async function runAtOnce(rounds: number): Promise<AtOnce> {
  const failures: string[] = []
  let processes = 0
  for (let round = 1; round <= rounds; round += 1) {
    const desk = newDesk()
    try {
      await prepareStore(desk)
      const before = countsOf(desk)
      const ran = await Promise.all(commands.map((argv) => desk.run([...argv, '--wait', '300'])))
      processes += ran.length
      const wrong = await whatIsWrong({ desk, ran, before })
      failures.push(...wrong.map((words) => `round ${round}: ${words}`))
    } finally {
      desk.clear()
    }
  }
  return { processes, failures }
}

const imports = [1, 2, 3, 4]
const importOf = (number: number) => `centres-${number}.csv`
const usersInEach = 25

const commands: readonly (readonly string[])[] = [
  ...imports.map((number) => [
    'centres',
    'import',
    importOf(number),
    '--yes',
    '--pins-out',
    `pins-${number}.csv`,
  ]),
  // Two of each of these are one too many.
  ['users', 'add', 'New User <new@school.example>', '--centre', 'EG001'],
  ['users', 'add', 'Other User <new@school.example>', '--centre', 'EG002'],
  ['coordinator', 'add', 'EG002', 'Lina Aziz <lina@school.example>', '--yes'],
  ['coordinator', 'add', 'EG002', 'Hana Fouad <hana@school.example>', '--yes'],
  ['users', 'suspend', third, '--yes'],
  ['users', 'suspend', third, '--yes'],
  ['users', 'transfer', giver, '--to', receiver, '--yes'],
  ['users', 'transfer', giver, '--to', fourth, '--yes'],
  ['coordinator', 'change', 'EG001', '--to', 'admin@school.example', '--yes'],
  ['mail', 'send'],
  ['store', 'backup', 'copy.db'],
  ['users', 'edit', fourth, '--first-name', 'Changed', '--yes'],
]

async function prepareStore(desk: Desk): Promise<void> {
  const must = async (...argv: string[]) => {
    const { exit, stderr } = await desk.run(argv)
    if (exit !== 0 && exit !== 9) throw new Error(`${argv.join(' ')} ended with ${exit}: ${stderr}`)
  }
  await must('centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt')
  await must('centres', 'create', 'EG002', '--name', 'Delta School', '--country', 'Egypt')
  await must('coordinator', 'add', 'EG001', 'Mona Adel <mona@school.example>', '--yes')
  await must('users', 'add', 'The Admin <admin@school.example>', '--centre', 'EG001', '--admin')
  const people = teachers.map((email) => `Some Teacher <${email}>`)
  await must('users', 'add', ...people, '--centre', 'EG001', '--site', 'cambridge-primary')
  const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
  const results = ['Ali', 'Nada', 'Samir'].map(
    (learner) => `${giver},cambridge-primary,4B,4,English,Paper 1,2026-02-02,${learner},31`,
  )
  writeFileSync(desk.path('results.csv'), `${[heading, ...results].join('\n')}\n`)
  await must('progression-tests', 'import', 'results.csv', '--yes')
  for (const number of imports) writeFileSync(desk.path(importOf(number)), csv(rowsOf(number)))
}

function rowsOf(number: number) {
  return Array.from({ length: usersInEach }, (_, at) =>
    line(`CN${number}0${at % 5}`, `user${at}@import${number}.example`),
  )
}

interface Counts {
  users: number
  centres: number
  groups: number
  results: number
}

function countsOf({ db }: Desk): Counts {
  const one = (sql: string) => Number(rowsIn(db, sql)[0])
  return {
    users: one(`select count(*) from users where status <> 'deleted'`),
    centres: one('select count(*) from centres'),
    groups: one('select count(*) from learner_groups'),
    results: one('select count(*) from results'),
  }
}

function rowsIn(db: string, sql: string): unknown[] {
  const raw = connectSqlite(db)
  try {
    return raw.prepare(sql).pluck().all()
  } finally {
    raw.close()
  }
}

interface Ended {
  desk: Desk
  ran: readonly Ran[]
  before: Counts
}

async function whatIsWrong({ desk, ran, before }: Ended): Promise<string[]> {
  const wrong: string[] = []
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      wrong.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
  const exitsOf = (...words: string[]) =>
    ran
      .filter((_, at) => words.every((word, position) => commands[at]?.[position] === word))
      .map(({ exit }) => (exit === 9 ? 0 : exit))
      .sort()
  expect('imports', exitsOf('centres', 'import'), [0, 0, 0, 0])
  expect('the same address twice', exitsOf('users', 'add'), [0, 3])
  expect('two coordinators of one centre', exitsOf('coordinator', 'add'), [0, 3])
  expect('the same suspension twice', exitsOf('users', 'suspend'), [0, 0])
  for (const other of [
    ['users', 'transfer'],
    ['coordinator', 'change'],
    ['mail', 'send'],
    ['store', 'backup'],
    ['users', 'edit'],
  ])
    for (const exit of exitsOf(...other)) expect(other.join(' '), exit, 0)
  if (wrong.length > 0)
    wrong.push(...ran.filter(({ exit }) => exit !== 0 && exit !== 3).map(({ stderr }) => stderr))

  const counts = countsOf(desk)
  const created = imports.length * usersInEach
  expect('users', counts.users, before.users + created + 2)
  expect('centres', counts.centres, before.centres + imports.length * 5)
  expect('learner groups', [counts.groups, counts.results], [before.groups, before.results])
  const { db } = desk
  const owners = rowsIn(db, 'select distinct email from learner_groups join users on users.id = owner_id')
  if (owners.length !== 1 || owners[0] === giver) wrong.push(`the learner groups are of ${owners.join(', ')}`)
  expect('import numbers', rowsIn(db, 'select id from imports order by id'), [1, 2, 3, 4])
  const coordinators = `select number || ' ' || count(*) from users join centres on centres.id = centre_id where hub_role = 'coordinator' group by number order by number`
  expect('coordinators', rowsIn(db, coordinators), ['EG001 1', 'EG002 1'])
  const twice = "select email_key from users where status <> 'deleted' group by 1 having count(*) > 1"
  expect('addresses twice', rowsIn(db, twice), [])
  for (const number of imports) {
    const sheet = readFileSync(desk.path(`pins-${number}.csv`), 'utf8')
    expect(`PINs of import ${number}`, sheet.match(/@import\d/g)?.length, usersInEach)
  }
  copyFileSync(`${db}.key`, desk.path('copy.db.key'))
  for (const argv of [
    ['store', 'check'],
    ['audit', 'verify'],
    ['store', 'check', '--db', desk.path('copy.db')],
  ]) {
    const { exit, stderr } = await desk.run(argv)
    if (exit !== 0) wrong.push(`${argv.join(' ')} ends with ${exit}: ${stderr}`)
  }
  return wrong
}
