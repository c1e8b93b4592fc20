import { existsSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type Ran, type World } from '../../world.ts'
import { type CuttingProxy, proxyFor } from './cutting-proxy.ts'

let world: World
let proxy: CuttingProxy
let place: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  for (const name of ['omar', 'zoe']) await world.user(`${name}@school.example`, { centre: 'EG001' })
  ;({ proxy, place } = await proxyFor(world))
})
afterEach(async () => {
  await proxy.close()
  await world.close()
})

const through = (argv: readonly string[]) => world.run([...argv, '--db', place])
const count = async (rows: string) =>
  (await world.rows<{ n: number }>(`select count(*) as n from ${rows}`))[0]?.n

interface Losing {
  once: (at: number) => Promise<Ran>
  check?: (at: number) => Promise<void>
  /** At which questions: the first, and each so many after it. */
  every?: number
}

/** Loses the line at a question of a command, then at a later one, to its last: now before the server hears it, now after. */
async function losingEach({ once, check, every = 1 }: Losing): Promise<void> {
  for (let at = 0; ; at += every) {
    const when = (at / every) % 2 === 0 ? 'before' : 'after'
    proxy.cutAfter(at, when)
    const { exit, stderr } = await once(at)
    expect([exit, exit === 0 ? '' : stderr], `lost ${when} question ${at}`).toEqual([0, ''])
    await check?.(at)
    if (!proxy.wasCut()) {
      expect(at).toBeGreaterThan(1)
      return
    }
  }
}

it('an import goes on wherever the line is lost: it is done once, and owes no sheet', async () => {
  let imports = 0
  await losingEach({
    every: 3,
    once: async (at) => {
      const rows = `Centre number,Centre name,Country,Email\nEG001,Centre EG001,Egypt,new-${at}@school.example\n`
      writeFileSync(world.path('roster.csv'), rows)
      return through(['centres', 'import', 'roster.csv', '--pins-out', `pins-${at}.csv`, '--yes'])
    },
    check: async (at) => {
      imports += 1
      expect(await count(`users where email = 'new-${at}@school.example'`)).toBe(1)
      expect(await count('imports')).toBe(imports)
      expect(await count('pin_sheets_owed')).toBe(0)
      expect(existsSync(world.path(`pins-${at}.csv`))).toBe(true)
    },
  })
})

it('an import of many rows is planned again where the line is lost while it is planned', async () => {
  await losingEach({
    every: 5,
    once: async (at) => {
      const rows = Array.from(
        { length: 1100 },
        (_, n) => `EG001,Centre EG001,Egypt,new-${at}-${n}@school.example`,
      )
      writeFileSync(world.path('roster.csv'), `Centre number,Centre name,Country,Email\n${rows.join('\n')}\n`)
      return through(['centres', 'import', 'roster.csv', '--pins-out', `pins-${at}.csv`, '--yes'])
    },
    check: async (at) => {
      expect(await count(`users where email like 'new-${at}-%'`)).toBe(1100)
    },
  })
})

it('a reset message is owed once and written once, wherever the line is lost', async () => {
  let messages = 0
  await losingEach({
    once: () => through(['users', 'reset-password', 'omar@school.example', '--yes']),
    check: async () => {
      messages += 1
      expect(await count('outbox')).toBe(messages)
      expect(await count("outbox where state = 'written' and attempts = 1")).toBe(messages)
    },
  })
})

it.each([
  ['users show omar@school.example'],
  ['users list --json --sort email'],
  ['centres list --format count'],
  ['audit verify'],
  ['centres export out.csv --yes'],
  ['audit export out.jsonl --yes'],
])('%s answers wherever the line is lost', async (line) => {
  await losingEach({ once: () => through(line.split(' ')) })
})

it('centres export - prints its headings once, and each centre once, wherever the line is lost', async () => {
  const whole = (await through(['centres', 'export', '-'])).stdout
  for (let at = 0; ; at += 1) {
    proxy.cutAfter(at, at % 2 === 0 ? 'before' : 'after')
    const { exit, stdout } = await through(['centres', 'export', '-'])
    if (exit === 0) expect(stdout, `lost at question ${at}`).toBe(whole)
    else expect(whole.startsWith(stdout), `lost at question ${at}: ${stdout}`).toBe(true)
    if (!proxy.wasCut()) break
  }
})

it.each([['users list'], ['store check'], ['users suspend omar@school.example --yes']])(
  '%s says that there is no store, wherever the line is lost',
  async (line) => {
    const elsewhere = `${place}_elsewhere`
    for (let at = 0; ; at += 1) {
      proxy.cutAfter(at, at % 2 === 0 ? 'before' : 'after')
      const ran = await world.run([...line.split(' '), '--json', '--db', elsewhere])
      expect([ran.exit, ran.error().code], `lost at question ${at}`).toEqual([7, 'store-missing'])
      if (!proxy.wasCut()) break
    }
  },
)
