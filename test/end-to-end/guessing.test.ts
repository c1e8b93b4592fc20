import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

const email = 'amira@school.example'
const good = 'nine camels cross the river'
const atOnce = 40

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
  const judged = async (action: string): Promise<number> =>
    JSON.parse(await done(`audit list --action ${action} --json`)).total
  const guess = (line: string, input: (n: number) => string) =>
    Promise.all(Array.from({ length: atOnce }, (_, n) => run(`${line} --wait 300`, input(n))))
  const pinOf = async () => JSON.parse(await done(`users pin ${email} --yes --json`)).pin

  it('judges five PINs, and then not even the right one', async () => {
    await add()
    const pin = await pinOf()
    await guess(`account activate ${email}`, (n) => `0000 ${String(1000 + n)}\n${good}\n`)
    expect(await judged('account.wrong-pin')).toBe(5)
    expect((await run(`account activate ${email}`, `${pin}\n${good}\n`)).exitCode).toBe(3)
  })

  it('judges five temporary passwords', async () => {
    await add('--role', 'access-to-scripts')
    const secret = await found(/^ {3}(\S{19})$/m)
    await guess(`account set-up ${email}`, (n) => `abcd-efgh-jkmn-p${String(200 + n)}\n${good}\n`)
    expect(await judged('account.wrong-temporary-password')).toBe(5)
    expect((await run(`account set-up ${email}`, `${secret}\n${good}\n`)).exitCode).toBe(3)
  })

  it('judges five verification codes', async () => {
    await add()
    await done(`account activate ${email}`, `${await pinOf()}\n${good}\n`)
    const code = await found(/^ {3}(\d{6})$/m)
    const wrong = code.startsWith('0') ? '1' : '0'
    await guess(`account verify ${email}`, (n) => `${wrong}000${String(10 + n)}`)
    expect(await judged('account.wrong-code')).toBe(5)
    expect((await run(`account verify ${email}`, code)).exitCode).toBe(3)
  })

  it('judges ten passwords within a minute, and no more than the pauses allow', async () => {
    await add()
    await done('account set-up', `${await found(/^(https:\S+)$/m)}\n${good}\n`)
    const began = Date.now()
    await guess(`account sign-in ${email}`, (n) => `wrong ${n}`)
    const minutes = (Date.now() - began) / 60_000
    const allowed = 10 + (minutes < 1 ? 0 : 1 + Math.floor(Math.log2(minutes + 1)))
    expect(await judged('account.wrong-password')).toBeGreaterThanOrEqual(10)
    expect(await judged('account.wrong-password')).toBeLessThanOrEqual(allowed)
  })
})
