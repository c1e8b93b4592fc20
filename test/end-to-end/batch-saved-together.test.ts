import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import { type Desk, newDesk } from '../torture/desk.ts'

const people = ['amira', 'huda', 'nour', 'omar', 'said']
const addressOf = (name: string) => `${name}@school.example`
const suspending = people.map((name) => `users suspend ${addressOf(name)}`).join('\n')
const batch = ['batch', '--yes']

let start: Desk
beforeEach(async () => {
  start = newDesk()
  const adding = people.map((name) => `users add '${name} Haddad <${addressOf(name)}>' --centre EG001`)
  const lines = ["centres create EG001 --name 'Nile School' --country Egypt", ...adding]
  expect((await start.run(batch, { input: lines.join('\n') })).exit).toBe(0)
})
afterEach(() => start.clear())

/** What the store says, opened by itself. */
function rowsOf<Row>({ db }: Desk, query: string): Row[] {
  const store = connectSqlite(db, { readonly: true })
  try {
    return store.prepare<[], Row>(query).all()
  } finally {
    store.close()
  }
}

const suspended = (desk: Desk) =>
  rowsOf<{ email: string }>(
    desk,
    "select email_key as email from users where status = 'suspended' order by 1",
  ).map(({ email }) => email)

/** The numbers of the lines that were told of as done. */
const told = (stdout: string) =>
  stdout.split('\n').flatMap((line) => (/^\d+\t0\t/.test(line) ? [Number.parseInt(line, 10)] : []))

/** The fault points of the name, as they are counted. */
async function pointsNamed(name: string): Promise<number[]> {
  const desk = start.copy()
  const { points } = await desk.run(batch, { input: suspending, fault: 'none' })
  desk.clear()
  return points.flatMap((point, at) => (point === name ? [at + 1] : []))
}

describe('changes of a batch that follow one another', () => {
  it('are saved together, each at its own time, and the log holds', async () => {
    expect((await pointsNamed('commit')).length).toBeLessThan(people.length)

    const desk = start.copy()
    const ran = await desk.run(batch, { input: suspending })
    expect([ran.exit, told(ran.stdout), suspended(desk)]).toEqual([0, [1, 2, 3, 4, 5], people.map(addressOf)])
    const times = rowsOf<{ at: string }>(
      desk,
      "select at from audit where action = 'users.suspended' order by id",
    ).map(({ at }) => at)
    expect(new Set(times).size).toBeGreaterThan(2)
    expect(times).toEqual([...times].sort())
    expect((await desk.run(['audit', 'verify'])).exit).toBe(0)
    desk.clear()
  })

  it('are told of once they are saved: a process that is killed has told of nothing that is not', async () => {
    let killed = 0
    for (const at of [...(await pointsNamed('commit')), ...(await pointsNamed('committed'))]) {
      const desk = start.copy()
      const { stdout, signal, points } = await desk.run(batch, { input: suspending, fault: `kill ${at}` })
      // How many changes are saved at once depends on the time they take: this run may have had fewer points.
      if (points.length >= at) {
        expect(signal).toBe('SIGKILL')
        killed += 1
      }
      const saved = suspended(desk)
      expect(saved).toEqual(
        expect.arrayContaining(told(stdout).map((line) => addressOf(people[line - 1] ?? ''))),
      )
      expect((await desk.run(['store', 'check'])).exit).toBe(0)
      expect((await desk.run(batch, { input: suspending })).exit).toBe(0)
      expect(suspended(desk)).toEqual(people.map(addressOf))
      desk.clear()
    }
    expect(killed).toBeGreaterThan(1)
  })

  it('are done one by one where saving them together fails', async () => {
    const [, second] = await pointsNamed('commit')
    for (const kind of ['ENOSPC', 'EIO']) {
      const desk = start.copy()
      const ran = await desk.run(batch, { input: suspending, fault: `${kind} ${second}` })
      expect([ran.exit, told(ran.stdout), suspended(desk)]).toEqual([
        0,
        [1, 2, 3, 4, 5],
        people.map(addressOf),
      ])
      expect(ran.stderr).toContain('5 lines done.')
      const [{ events } = { events: 0 }] = rowsOf<{ events: number }>(
        desk,
        "select count(*) as events from audit where action = 'users.suspended'",
      )
      expect(events).toBe(people.length)
      expect((await desk.run(['audit', 'verify'])).exit).toBe(0)
      desk.clear()
    }
  })

  // Where this run saves more changes at once than the one that was counted, the signal is sent at no point.
  it('are taken back by a signal before they are saved, and said to be not run', { retry: 2 }, async () => {
    const [, second = 0] = await pointsNamed('commit')
    const desk = start.copy()
    const ran = await desk.run(batch, { input: suspending, fault: `SIGINT ${second - 1}` })
    expect(ran.exit).toBe(9)
    expect(suspended(desk)).toEqual(told(ran.stdout).map((line) => addressOf(people[line - 1] ?? '')))
    const { length } = told(ran.stdout)
    expect(ran.stderr).toContain(
      `${length} line${length === 1 ? '' : 's'} done, ${people.length - length} lines not run.`,
    )
    desk.clear()
  })
})
