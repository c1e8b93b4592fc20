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
  /** What is piped into it. */
  input?: string
  /** The file that is there where it ended well, and is not where it says that nothing was changed. */
  makes?: string
  /** The change has a file that is written, and named in the log, once it counts: done once more, it is written again. */
  hasFileOfItsOwn?: true
  /** Left to the long form. */
  isLong?: true
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

const about = '--title Audio --kind other --series 2026-06'.split(' ')

/** A school, what is released to it, and an import. */
async function released(desk: Desk): Promise<void> {
  await school(desk)
  writeFileSync(desk.path('audio.mp3'), Buffer.alloc(1_500_000, 7))
  workbook(desk)
  await must(desk, ...importing)
  await must(desk, 'resources', 'upload', 'audio.mp3', ...about)
  await must(desk, 'releases', 'create', 'Audio', '--resource', '1', '--opens', 'now', '--for', 'all')
  await must(desk, 'releases', 'publish', 'Audio', '--yes')
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
    makes: 'copy.db',
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
  {
    name: 'download',
    prepare: released,
    argv: ['resources', 'download', '1', '--out', 'made.ogg', '--yes'],
    makes: 'made.ogg',
    repeats: true,
  },
  {
    name: 'authorisations into a file',
    prepare: released,
    argv: ['releases', 'authorisations', '--out', 'made.csv', '--yes'],
    makes: 'made.csv',
    repeats: true,
    isLong: true,
  },
  {
    name: 'export of the log',
    prepare: released,
    argv: ['audit', 'export', 'made.jsonl', '--yes'],
    makes: 'made.jsonl',
    repeats: true,
    isLong: true,
  },
  {
    name: 'page about an import',
    prepare: released,
    argv: ['centres', 'imports', 'show', '1', '--report', 'made.html', '--yes'],
    makes: 'made.html',
    repeats: true,
    isLong: true,
  },
  {
    name: 'import with a page about it',
    prepare: async (desk) => {
      await school(desk)
      workbook(desk)
    },
    argv: [...importing.filter((word) => word !== '--send-mail'), '--report', 'page.html'],
    hasFileOfItsOwn: true,
    isLong: true,
  },
  {
    name: 'PIN sheet again',
    prepare: released,
    argv: ['centres', 'pins', '1', '--renew', '--out', 'made.csv', '--yes'],
    repeats: true,
    isLong: true,
  },
  {
    name: 'copy',
    prepare: school,
    argv: ['store', 'copy', '--to', 'made.db', '--yes'],
    again: ['store', 'copy', '--to', 'another.db', '--yes'],
    makes: 'made.db',
    repeats: true,
    isLong: true,
  },
  {
    name: 'setting',
    prepare: async (desk) => {
      await school(desk)
      await must(desk, 'config', 'set', 'mail-from', 'hub@school.example', '--yes')
    },
    argv: ['config', 'set', 'base-url', 'https://hub.example', '--yes'],
    isLong: true,
  },
  {
    name: 'batch of one change',
    prepare: school,
    argv: ['batch', '--atomic', '--yes'],
    input:
      'centres edit EG001 --town Luxor\nusers add "Nour Said <nour@school.example>" --centre EG001 --if-missing\n',
  },
  {
    name: 'import of Key Times',
    prepare: async (desk) => {
      await school(desk)
      const rows = ['Country,Administrative zone,Session,Local time', 'Egypt,4,AM,10:00', 'Egypt,4,PM,14:00']
      writeFileSync(desk.path('times.csv'), `${rows.join('\n')}\n`)
    },
    argv: ['key-times', 'import', 'times.csv', '--yes'],
  },
  {
    name: 'import of entries',
    prepare: async (desk) => {
      await school(desk)
      const rows = [
        'Centre number,Series,Component,Candidates',
        'EG001,2026-06,0500/12,30',
        'EG001,x,0500/12,1',
      ]
      writeFileSync(desk.path('entries.csv'), `${rows.join('\n')}\n`)
    },
    argv: ['entries', 'import', 'entries.csv', '--yes'],
    isLong: true,
  },
  {
    name: 'replacing a help document',
    prepare: async (desk) => {
      await released(desk)
      writeFileSync(desk.path('other.mp3'), 'another')
      await must(desk, 'help-documents', 'upload', 'other.mp3', '--title', 'How to')
      writeFileSync(desk.path('new.mp3'), Buffer.alloc(1_500_000, 8))
    },
    argv: ['help-documents', 'replace', '1', 'new.mp3', '--yes'],
    isLong: true,
  },
]
