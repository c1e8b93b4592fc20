import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import type { Desk, Ran } from './desk.ts'
import { newDesk } from './desk.ts'
import { atOnce } from './in-parallel.ts'
import { randomFrom } from './random.ts'

export interface Hostile {
  tried: number
  failures: string[]
}

interface Case {
  what: string
  /** Puts it in the place of the store or the key. */
  spoil: (desk: Desk) => void
  /** The exit codes that are true of it. */
  exits: readonly number[]
  argv: readonly string[]
}

type Spoiled = Readonly<Record<string, (path: string) => void>>

const unusable: Spoiled = {
  'an empty file': (path) => writeFileSync(path, ''),
  'a text': (path) => writeFileSync(path, 'not what was expected\n'.repeat(300)),
  'random bytes': (path) => writeFileSync(path, bytesOf(1, 20_000)),
  'a folder': (path) => replaceBy(path, () => mkdirSync(path)),
  'a pipe': (path) => replaceBy(path, () => execFileSync('mkfifo', [path])),
  'a device': (path) => replaceBy(path, () => symlinkSync('/dev/zero', path)),
  'a link to nothing': (path) => replaceBy(path, () => symlinkSync('nothing', path)),
  'a link to itself': (path) => replaceBy(path, () => symlinkSync(path, path)),
}

const stores: Spoiled = {
  ...unusable,
  'a database of another program': (path) =>
    replaceBy(path, () => {
      const raw = connectSqlite(path)
      raw.exec('create table users (id integer); pragma user_version = 3')
      raw.close()
    }),
  'a store cut to half': (path) => truncateSync(path, readFileSync(path).length >> 1),
  'a store cut to its header': (path) => truncateSync(path, 100),
  'a store cut inside its header': (path) => truncateSync(path, 50),
  'a store of a version that never was': (path) => {
    const raw = connectSqlite(path)
    raw.pragma('user_version = 99')
    raw.close()
  },
  'a store without its tables': (path) => {
    const raw = connectSqlite(path)
    raw.pragma('foreign_keys = off')
    raw.exec('drop table users')
    raw.close()
  },
}

const keys: Spoiled = {
  ...unusable,
  'a key that is too short': (path) =>
    writeFileSync(path, `ssh-admin key 1\n${bytesOf(2, 31).toString('base64')}\n`),
  'a key that is too long': (path) =>
    writeFileSync(path, `ssh-admin key 1\n${bytesOf(2, 33).toString('base64')}\n`),
  'another store’s key': (path) =>
    writeFileSync(path, `ssh-admin key 1\n${bytesOf(3, 32).toString('base64')}\n`),
  'a key cut short': (path) => truncateSync(path, 20),
  'no key': (path) => rmSync(path),
  'a key that all may read': (path) => chmodSync(path, 0o644),
}

/** What needs the store, and what needs the key as well. */
const onStore: readonly (readonly string[])[] = [
  ['users', 'list'],
  ['store', 'check'],
  ['store', 'info'],
  ['store', 'backup', 'copy.db'],
  ['store', 'migrate', '--yes'],
  ['users', 'suspend', 'omar@school.example', '--yes'],
  ['centres', 'import', 'centres.csv', '--yes'],
  ['audit', 'verify'],
  ['mail', 'send'],
  ['store', 'rekey', '--yes'],
  ['store', 'init', '--if-missing'],
]
const onKey: readonly (readonly string[])[] = [
  ['users', 'pin', 'nour@school.example', '--yes'],
  ['centres', 'pins', '1', '--out', 'again.csv'],
  ['users', 'suspend', 'omar@school.example', '--yes'],
  ['store', 'check'],
]
const flipped: readonly (readonly string[])[] = [
  ['users', 'list'],
  ['store', 'check'],
  ['users', 'suspend', 'omar@school.example', '--yes'],
]

/** Puts hostile files in the place of a store, a key, a backup and a plan; every command says so in words. */
export async function tryHostileFiles({ every, flips }: { every: number; flips: number }): Promise<Hostile> {
  const desk = newDesk()
  const failures: string[] = []
  try {
    await prepareStore(desk)
    const cases = [
      ...casesOf(stores, onStore, ({ db }) => db),
      ...casesOf(keys, onKey, ({ db }) => `${db}.key`),
    ]
      .concat(backups())
      .filter((_, position) => position % every === 0)
    const all = [...cases, ...(flips > 0 ? flippedCases(flips) : [])]
    await atOnce(all, async (each) => {
      const here = desk.copy()
      try {
        each.spoil(here)
        failures.push(...whatIsWrong(each, await here.run([...each.argv, '--wait', '1'])))
      } finally {
        here.clear()
      }
    })
    return { tried: all.length, failures }
  } finally {
    desk.clear()
  }
}

async function prepareStore(desk: Desk): Promise<void> {
  const heading = 'Centre number,Centre name,Country,Email,Role'
  const rows = ['EG001,Nile Academy,Egypt,omar@school.example,', 'EG001,,Egypt,nour@school.example,admin']
  writeFileSync(desk.path('centres.csv'), `${[heading, ...rows].join('\n')}\n`)
  await desk.run(['centres', 'import', 'centres.csv', '--yes', '--pins-out', 'pins.csv'])
  const { exit, stderr } = await desk.run(['store', 'backup', 'backup.db'])
  if (exit !== 0) throw new Error(`the store to be spoiled could not be made: ${stderr}`)
}

function casesOf(
  spoiled: Spoiled,
  commands: readonly (readonly string[])[],
  at: (desk: Desk) => string,
): Case[] {
  return Object.entries(spoiled).flatMap(([what, spoil]) =>
    commands.map((argv) => ({ what, spoil: (desk: Desk) => spoil(at(desk)), exits: [6, 7], argv })),
  )
}

function backups(): Case[] {
  return Object.entries(stores).map(([what, spoil]) => ({
    what: `as a backup, ${what}`,
    spoil: (desk) => spoil(desk.path('backup.db')),
    exits: [6, 7],
    argv: ['store', 'restore', 'backup.db', '--yes'],
  }))
}

/** A byte that is another may be seen, or lie where nothing is: no command takes it for a mistake of its own. */
function flippedCases(flips: number): Case[] {
  return Array.from({ length: flips }, (_, seed) => ({
    what: `a store with flipped bytes (${seed})`,
    spoil: ({ db }) => {
      const random = randomFrom(seed)
      const bytes = readFileSync(db)
      for (let left = 1 + random.below(8); left > 0; left -= 1) {
        const at = random.below(bytes.length)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at)
      }
      writeFileSync(db, bytes)
    },
    exits: [0, 3, 4, 6, 7, 9],
    argv: flipped[seed % flipped.length] ?? [],
  }))
}

function whatIsWrong({ what, exits, argv }: Case, { exit, signal, stderr }: Ran): string[] {
  const where = `${what}: ${argv.join(' ')}`
  if (exit === undefined) return [`${where} ended by ${signal ?? 'being stopped: it hung'}`]
  if (!exits.includes(exit)) return [`${where} ends with ${exit}: ${stderr}`]
  return exit !== 0 && !/^(error|hint):|\w/.test(stderr) ? [`${where} ends with ${exit} and no words`] : []
}

function replaceBy(path: string, make: () => void): void {
  rmSync(path, { force: true })
  make()
}

function bytesOf(seed: number, count: number): Buffer {
  const random = randomFrom(seed)
  return Buffer.from(Array.from({ length: count }, () => random.below(256)))
}
