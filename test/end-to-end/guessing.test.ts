import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

const email = 'amira@school.example'
const good = 'nine camels cross the river'
const atOnce = 40
const movedClock = new URL('moved-clock.mjs', import.meta.url).href
/** How far the clocks of the programs lie apart, in minutes: from that much behind to that much ahead. */
const apart = [0, 20]

// Forty starts of the program each: on a busy machine that takes a while.
describe('guessing with forty programs at once', { timeout: 300_000 }, () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await done('centres create EG001 --kind school --country EG --town Cairo --name Oasis --yes')
  })
  afterEach(() => desk.clear())

  const run = (line: string, input = '') => desk.program(line.split(' '), { input, stdin: 'pipe' })
  const done = async (line: string, input = '') => {
    const { exitCode, stdout, stderr } = await run(line, input)
    expect([line, exitCode], stderr).toEqual([line, 0])
    return stdout
  }
  const add = (...more: string[]) =>
    desk.program(['users', 'add', `Amira Haddad <${email}>`, '--centre', 'EG001', '--yes', ...more])
  const newestLetter = async () => {
    const folder = desk.path('hub.db.mail')
    const last = readdirSync(folder).sort().at(-1) ?? ''
    return (await PostalMime.parse(readFileSync(join(folder, last)))).text ?? ''
  }
  const found = async (pattern: RegExp) => pattern.exec(await newestLetter())?.[1] ?? ''
  const judged = async (action: string): Promise<number> => {
    const { events } = JSON.parse(await done(`audit list --action ${action} --json`))
    return events.filter(({ details }: { details: { judged?: boolean } }) => details.judged !== false).length
  }
  const guess = (line: string, { input, apart }: { input: (n: number) => string; apart: number }) =>
    Promise.all(
      Array.from({ length: atOnce }, (_, n) =>
        desk.program([...line.split(' '), '--wait', '300'], {
          input: input(n),
          stdin: 'pipe',
          env: {
            ...{ PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') },
            NODE_OPTIONS: `--import=${movedClock}`,
            MOVED_CLOCK: String(((n % 5) - 2) * (apart / 2)),
          },
        }),
      ),
    )
  const pinOf = async () => JSON.parse(await done(`users pin ${email} --yes --json`)).pin

  it.each(apart)(
    'judges five PINs, and then not even the right one, with clocks %i minutes apart',
    async (apart) => {
      await add()
      const pin = await pinOf()
      await guess(`account activate ${email}`, { input: (n) => `0000 ${String(1000 + n)}\n${good}\n`, apart })
      expect(await judged('account.wrong-pin')).toBe(5)
      expect((await run(`account activate ${email}`, `${pin}\n${good}\n`)).exitCode).toBe(3)
    },
  )

  it.each([20])('judges five temporary passwords, with clocks %i minutes apart', async (apart) => {
    await add('--role', 'access-to-scripts')
    const secret = await found(/^ {3}(\S{19})$/m)
    await guess(`account set-up ${email}`, {
      input: (n) => `abcd-efgh-jkmn-p${String(200 + n)}\n${good}\n`,
      apart,
    })
    expect(await judged('account.wrong-temporary-password')).toBe(5)
    expect((await run(`account set-up ${email}`, `${secret}\n${good}\n`)).exitCode).toBe(3)
  })

  it.each([20])('judges five verification codes, with clocks %i minutes apart', async (apart) => {
    await add()
    await done(`account activate ${email}`, `${await pinOf()}\n${good}\n`)
    const code = await found(/^ {3}(\d{6})$/m)
    const wrong = code.startsWith('0') ? '1' : '0'
    await guess(`account verify ${email}`, { input: (n) => `${wrong}000${String(10 + n)}`, apart })
    expect(await judged('account.wrong-code')).toBe(5)
    expect((await run(`account verify ${email}`, code)).exitCode).toBe(3)
  })

  it.each(apart)(
    'judges ten passwords at once, and no more than the pauses allow, with clocks %i minutes apart',
    async (apart) => {
      await add()
      await done('account set-up', `${await found(/^(https:\S+)$/m)}\n${good}\n`)
      const began = Date.now()
      await guess(`account sign-in ${email}`, { input: (n) => `wrong ${n}`, apart })
      const minutes = (Date.now() - began) / 60_000 + 2 * apart
      const allowed = 10 + (minutes < 1 ? 0 : 1 + Math.floor(Math.log2(minutes + 1)))
      expect(await judged('account.wrong-password')).toBeGreaterThanOrEqual(10)
      expect(await judged('account.wrong-password')).toBeLessThanOrEqual(allowed)
    },
  )
})
