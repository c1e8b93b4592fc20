import { writeFileSync } from 'node:fs'
import { csv, line } from '../import/workbook.ts'
import { writeOlderStore } from '../stores/older-store.ts'
import type { Environment } from './mail-server.ts'
import { withMailServer } from './mail-server.ts'
import type { Desk } from './desk.ts'

export interface Operation {
  name: string
  prepare: (desk: Desk) => Promise<void>
  argv: readonly string[]
  /** What is typed after a fault; absent: the same. */
  again?: readonly string[]
  /** Doing it once more after it was done changes something again. */
  repeats?: boolean
  /** Once it was done, the same command is refused. */
  refusedOnceDone?: boolean
  /** What runs beside it, such as a mail server. */
  environment?: (desk: Desk) => Promise<Environment>
}

async function must(desk: Desk, ...argv: string[]): Promise<void> {
  const { exit, stderr } = await desk.run(argv)
  if (exit !== 0 && exit !== 8 && exit !== 9)
    throw new Error(`${argv.join(' ')} ended with ${exit}: ${stderr}`)
}

async function school(desk: Desk): Promise<void> {
  await must(desk, 'centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt')
  await must(desk, 'coordinator', 'add', 'EG001', 'Mona Adel <mona@school.example>', '--yes')
  const site = ['--site', 'cambridge-primary']
  for (const person of ['Amira Haddad <amira@school.example>', 'Omar Said <omar@school.example>'])
    await must(desk, 'users', 'add', person, '--centre', 'EG001', '--admin', ...site)
  const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
  const result = 'amira@school.example,cambridge-primary,4B,4,English,Paper 1,2026-02-02,Ali,31'
  writeFileSync(desk.path('results.csv'), `${heading}\n${result}\n`)
  await must(desk, 'progression-tests', 'import', 'results.csv', '--yes')
}

function workbook(desk: Desk): void {
  const rows = [
    line('EG001', 'amira@school.example'),
    line('EG002', 'nour@school.example'),
    line('EG002', 'sami@school.example'),
    line('EG002', 'no address'),
  ]
  writeFileSync(desk.path('centres.csv'), csv(rows))
}

const importing = ['centres', 'import', 'centres.csv', '--yes', '--send-mail', '--pins-out', 'pins.csv']

/** Every operation whose interruption must lose nothing. */
export const operations: readonly Operation[] = [
  {
    name: 'init',
    prepare: async () => undefined,
    argv: ['store', 'init'],
    again: ['store', 'init', '--if-missing'],
  },
  {
    name: 'import',
    prepare: async (desk) => {
      await school(desk)
      workbook(desk)
    },
    argv: [...importing, '--issues-out', 'issues.csv'],
  },
  {
    name: 'undo',
    prepare: async (desk) => {
      workbook(desk)
      await desk.run(importing)
    },
    argv: ['centres', 'imports', 'undo', '1', '--yes'],
  },
  {
    name: 'upload',
    prepare: async (desk) => {
      await school(desk)
      writeFileSync(desk.path('audio.mp3'), Buffer.alloc(2_500_000, 7))
    },
    argv: ['resources', 'upload', 'audio.mp3', ...'--title Audio --kind other --series 2026-06'.split(' ')],
  },
  {
    name: 'transfer',
    prepare: school,
    argv: ['users', 'transfer', 'amira@school.example', '--to', 'omar@school.example', '--yes'],
  },
  {
    name: 'change of coordinator',
    prepare: school,
    argv: ['coordinator', 'change', 'EG001', '--to', 'amira@school.example', '--yes'],
  },
  {
    name: 'restore',
    prepare: async (desk) => {
      await school(desk)
      await must(desk, 'store', 'backup', 'copy.db')
      await must(desk, 'centres', 'create', 'EG009', '--name', 'Later School', '--country', 'Egypt')
    },
    argv: ['store', 'restore', 'copy.db', '--yes'],
    repeats: true,
  },
  {
    name: 'migrate',
    prepare: (desk) => writeOlderStore(desk.db, 1),
    argv: ['store', 'migrate', '--yes'],
  },
  {
    name: 'apply',
    prepare: async (desk) => {
      await school(desk)
      workbook(desk)
      await must(desk, 'centres', 'import', 'centres.csv', '--plan-out', 'plan.json')
    },
    argv: ['centres', 'apply', 'plan.json', '--yes', '--pins-out', 'pins.csv'],
    refusedOnceDone: true,
  },
  {
    name: 'rekey',
    prepare: async (desk) => {
      workbook(desk)
      await desk.run(importing)
    },
    argv: ['store', 'rekey', '--yes'],
    repeats: true,
  },
  {
    name: 'backup',
    prepare: school,
    argv: ['store', 'backup', 'copy.db', '--yes'],
    repeats: true,
  },
  {
    name: 'mail send',
    prepare: async (desk) => {
      workbook(desk)
      await desk.run(importing.filter((word) => word !== '--send-mail'))
    },
    argv: ['mail', 'send', '--import', '1'],
  },
  {
    name: 'mail send to a server',
    prepare: async (desk) => {
      workbook(desk)
      await desk.run(importing.filter((word) => word !== '--send-mail'))
    },
    argv: ['mail', 'send', '--import', '1'],
    environment: withMailServer,
  },
  {
    name: 'erase',
    prepare: async (desk) => {
      await school(desk)
      await must(desk, 'users', 'delete', 'omar@school.example', '--suspend', '--yes')
    },
    argv: ['users', 'erase', 'omar@school.example', '--yes'],
  },
]
