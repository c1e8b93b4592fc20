import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getAllTimezones } from 'countries-and-timezones'
import { build } from 'esbuild'
import { execa } from 'execa'
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { momentOf } from '../src/rules/key-times/local-time.ts'
import { timeZoneNames } from './time-zone-names.ts'
import { utcOffset, utcOffsetsEveryFourWeeks } from '../src/utc-offset.ts'

const minute = 60_000
const day = 24 * 60 * minute
const begin = Date.UTC(2024, 0, 1)
const end = Date.UTC(2033, 0, 1)

/** Former names and those that are links too. */
const zones = Object.keys(getAllTimezones({ deprecated: true })).filter(isKnownToNode)

function isKnownToNode(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

function thereAt(zone: string, at: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
}

function transitionsOf(zone: string): number[] {
  const found: number[] = []
  for (let at = thereAt(zone, begin - day); ; ) {
    const next = at.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds > end) return found
    found.push(next.epochMilliseconds)
    at = next
  }
}

const hard = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'Antarctica/Troll',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Chatham',
]

describe('how far the clocks of a time zone are from UTC', () => {
  it('is what Temporal says, a day either side of every change from 2024 to 2032, of every zone and former name', () => {
    const wrong: string[] = []
    let changes = 0
    for (const zone of zones)
      for (const change of transitionsOf(zone)) {
        changes += 1
        for (const later of [-day, -1, 0, 1, day]) {
          const at = change + later
          if (utcOffset(zone, at) !== thereAt(zone, at).offsetNanoseconds / 1e6)
            wrong.push(`${zone} ${new Date(at).toISOString()}`)
        }
      }
    expect(wrong).toEqual([])
    expect(changes).toBeGreaterThan(2000)
  })

  it.each([
    ['any zone', zones],
    ['zones with changes of their own', hard],
  ])('is what Temporal says at moments of two centuries, of %s', (_, some) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...some),
        fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
        (zone, at) => {
          expect(utcOffset(zone, at), `${zone} ${new Date(at).toISOString()}`).toBe(
            thereAt(zone, at).offsetNanoseconds / 1e6,
          )
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it('is that of the moment where clocks are changed and changed back within two weeks', () => {
    const hours = Array.from({ length: 40 * 24 }, (_, later) => Date.UTC(2040, 9, 1) + later * 60 * minute)
    for (const at of [...hours, ...hours.toReversed()])
      expect(utcOffset('Asia/Gaza', at)).toBe(thereAt('Asia/Gaza', at).offsetNanoseconds / 1e6)
  })

  it('is that of each moment where it is asked for every four weeks', () => {
    for (const zone of zones) {
      const moments = utcOffsetsEveryFourWeeks(zone, begin, end)
      const expected = moments.map((_, later) => utcOffset(zone, begin + later * 28 * day))
      expect(moments, zone).toEqual(expected)
    }
  })
})

describe('the moment of a local time', () => {
  it('is what Temporal says, and none or two where it says so, at any minute about a change of the clocks', () => {
    const changes = [...hard, ...timeZoneNames()].flatMap((zone) =>
      transitionsOf(zone).map((at) => ({ zone, at })),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -26 * 60, max: 26 * 60 }),
        ({ zone, at }, minutes) => {
          const local = thereAt(zone, at).toPlainDateTime().add({ minutes })
          const [first, last] = (['earlier', 'later'] as const).map((disambiguation) =>
            local.toZonedDateTime(zone, { disambiguation }),
          )
          const [date = '', time = ''] = local.toString({ smallestUnit: 'minute' }).split('T')
          const found = momentOf({ date, time, zone })
          const ends = [first, last].map((one) => one?.epochMilliseconds)
          const isShown = first?.toPlainDateTime().equals(local)
          expect('at' in found ? found.at.getTime() : found.problem, `${zone} ${date} ${time}`).toBe(
            ends[0] === ends[1] ? ends[0] : isShown ? 'local-time-exists-twice' : 'local-time-does-not-exist',
          )
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it.each([
    ['2026-02-30', '10:00'],
    ['2026-02-32', '10:00'],
    ['2026-06-02', '24:00'],
    ['2026-06-02', '10:60'],
    ['2026-06-02', '9:00'],
    ['2026-06-02', 'ab:cd'],
  ])('is none, and not the next, on a day or at a time that there is not: %s %s', (date, time) => {
    expect(momentOf({ date, time, zone: 'Africa/Cairo' })).toEqual({
      problem: 'local-time-does-not-exist',
      words: `${time} on ${date} is shown by no clock`,
    })
  })
})

describe('a name of a time zone', () => {
  it.each([
    'Africa/Caro',
    'Etc/Unknown',
    'Factory',
    'Asia/Riyadh87',
    'posix/Africa/Cairo',
    'right/Africa/Cairo',
    ':Africa/Cairo',
    'Africa/Cairo ',
    '/usr/share/zoneinfo/Africa/Cairo',
    'EGT-2EGST,M4.5.5/0,M10.5.4/24',
    '',
  ])('that Node does not know is refused, and never taken for UTC: %s', (zone) => {
    expect(() => utcOffset(zone, begin)).toThrow(RangeError)
    expect(() => utcOffsetsEveryFourWeeks(zone, begin, end)).toThrow(RangeError)
    expect(() => momentOf({ date: '2026-06-02', time: '10:00', zone })).toThrow(RangeError)
  })

  it.each(['africa/cairo', 'AFRICA/CAIRO', 'Egypt'])('is known in any case, and by links: %s', (zone) => {
    expect(utcOffset(zone, Date.UTC(2026, 5, 2))).toBe(180 * minute)
  })

  it.each(['Etc/UTC', 'UTC', 'Etc/GMT+5', 'EST5EDT', 'Asia/Karachi'])('is known: %s', (zone) => {
    expect(utcOffset(zone, begin)).toBe(thereAt(zone, begin).offsetNanoseconds / 1e6)
  })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-zones-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Runs lines beside the functions, which are in `file`, in a Node of its own. */
async function inNode(lines: string, env: Record<string, string> = {}): Promise<string> {
  const file = join(newFolder(), 'utc-offset.mjs')
  const source = new URL('../src/utc-offset.ts', import.meta.url).pathname
  await build({ entryPoints: [source], outfile: file, format: 'esm', platform: 'node' })
  const script = `const file = ${JSON.stringify(pathToFileURL(file))}; const { utcOffset } = await import(file)\n${lines}`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env.PATH ?? '', ...env },
    extendEnv: false,
  })
  return stdout
}

/** A file of the C library's list: a zone that is always five hours ahead. */
function listWith(name: string): string {
  const folder = newFolder()
  const header = Buffer.alloc(44)
  header.write('TZif')
  // One kind of time, whose name takes four bytes.
  header.writeUInt32BE(1, 36)
  header.writeUInt32BE(4, 40)
  const kind = Buffer.alloc(6)
  kind.writeInt32BE(5 * 60 * 60)
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, Buffer.concat([header, kind, Buffer.from('XST\0')]))
  return folder
}

describe('the zone of the process', () => {
  const { TZ } = process.env
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  })

  it.each(['America/New_York', 'Pacific/Auckland', ''])('is what it was afterwards: %s', (zone) => {
    process.env.TZ = zone
    const shown = new Date(begin).toString()
    utcOffset('Asia/Tokyo', begin + 3 * day)
    expect(() => utcOffset('Asia/Nowhere', begin)).toThrow(RangeError)
    expect(process.env.TZ).toBe(zone)
    expect(new Date(begin).toString()).toBe(shown)
  })

  it("is the system's again where TZ was not set", async () => {
    const lines = `const shown = new Date(0).toString()
      utcOffset('Asia/Tokyo', 0); utcOffset('America/Lima', 0)
      console.log('TZ' in process.env, new Date(0).toString() === shown)`
    expect(await inNode(lines)).toBe('false true')
  })

  it('is asked of Date alone for nearly every zone', async () => {
    const lines = `delete Intl.DateTimeFormat
      const slow = ${JSON.stringify(timeZoneNames())}.filter((zone) => {
        try { utcOffset(zone, 0); return false } catch { return true }
      })
      console.log(slow.length)`
    expect(Number(await inNode(lines))).toBeLessThan(5)
  })

  it('is no other on the thread of a worker, where the clocks are still those of the zone that is asked for', async () => {
    const lines = `const { Worker } = await import('node:worker_threads')
      const text = "import { parentPort, workerData } from 'node:worker_threads'; " +
        "parentPort.postMessage((await import(workerData)).utcOffset('Asia/Tokyo', 0))"
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(text)), { workerData: file })
      worker.on('message', (offset) => console.log(offset / 36e5))`
    expect(await inNode(lines, { TZ: 'Europe/London' })).toBe('9')
  })

  it.runIf(process.platform === 'linux')(
    'is none that only the C library knows, whose hours Date would go by',
    async () => {
      const lines = `process.env.TZ = 'Asia/Elsewhere'
      const offset = new Date(0).getTimezoneOffset()
      delete process.env.TZ
      try { utcOffset('Asia/Elsewhere', 0) } catch (error) { console.log(offset, error.name) }`
      expect(await inNode(lines, { TZDIR: listWith('Asia/Elsewhere') })).toMatch(/^(-300|0) RangeError$/)
    },
  )
})
