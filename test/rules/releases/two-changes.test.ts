import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ReleasesWorld, worldWithResources } from './world-with-resources.ts'

/** In June 2026; each of these countries has one time zone. */
const offsets: Readonly<Record<string, string>> = { EG: '+03:00', PK: '+05:00' }

interface KeyTime {
  country: string
  session: string
  local_time: string
  administrative_zone: number | null
  from_date: string | null
  until_date: string | null
}

interface Place {
  number: string
  country: string
  kind: string
  global_listening: number
}

/** When a moment is at a centre, worked out in the plainest way; undefined where there is none, or several. */
function momentThere(text: string, { country }: Place, keyTimes: readonly KeyTime[]): number | undefined {
  const [, session, date = '', hours = '0'] = /^key-time (\w+) (\S+)(?: (.*)h)?$/.exec(text) ?? []
  if (session === undefined) return Date.parse(text)
  const there = keyTimes.filter((one) => {
    const holds = (one.from_date ?? '') <= date && date <= (one.until_date ?? '9')
    return one.country === country && one.session === session && holds
  })
  const dated = there.filter(({ from_date, until_date }) => (from_date ?? until_date) !== null)
  const [best, next] = dated.length > 0 ? dated : there
  if (best === undefined || next !== undefined || offsets[country] === undefined) return undefined
  const at = Date.parse(`${date}T${best.local_time}:00${offsets[country]}`)
  return at + Number(hours.replace(' ', '')) * 3_600_000
}

/** What is open now, by the tables alone: `1 EG001 audio`. */
async function openNow(world: ReleasesWorld['world']): Promise<Set<string>> {
  const keyTimes = await world.rows<KeyTime>('select * from key_times')
  const places = await world.rows<Place>(
    `select * from centres where deleted_at is null and not exists (select 1 from users
       where centre_id = centres.id and hub_role = 'coordinator' and users.status = 'suspended')`,
  )
  const given = await world.rows<{
    id: number
    opens: string
    closes: string | null
    title: string
    listens: string
    part: string
    value: string
    series: string
  }>(
    `select releases.id, opens, closes, title, resources.kind as listens, release_audiences.kind as part, value, series
       from releases join release_resources on release_resources.release_id = releases.id
       join resources on resources.id = resource_id join release_audiences on release_audiences.release_id = releases.id
       where state = 'released' and resources.withdrawn_at is null`,
  )
  const entered = await world.rows<{ centre_number: string; series: string }>('select * from entries')
  const now = world.now.getTime()
  const open = new Set<string>()
  for (const { id, opens, closes, title, listens, part, value, series } of given)
    for (const place of places) {
      const { number, country, kind, global_listening: marked } = place
      const zones = new Set(
        keyTimes.flatMap((one) => (one.country === country ? (one.administrative_zone ?? []) : [])),
      )
      const isIn = {
        all: true,
        centre: value === number,
        zone: zones.size === 1 && zones.has(Number(value)),
        entries: entered.some((one) => one.centre_number === number && one.series === series),
      }
      if (!Object.entries(isIn).some(([name, is]) => name === part && is)) continue
      const mayListen = kind === 'school' || (kind === 'associate-centre' && marked === 1)
      if (listens === 'listening-audio' && !mayListen) continue
      const from = momentThere(opens, place, keyTimes)
      const until = closes === null ? Number.POSITIVE_INFINITY : momentThere(closes, place, keyTimes)
      if (from === undefined || until === undefined || now < from || now >= until) continue
      open.add(`${id} ${number} ${title}`)
    }
  return open
}

const onlyIn = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
  [...one].filter((what) => !other.has(what)).sort()

interface Told {
  release: { id: number }
  centre: { number: string }
  user?: string
  closesAt?: string
  resources: readonly string[]
}
const told = (all: readonly Told[] = []) =>
  all
    .filter(({ user, closesAt }) => user === undefined && closesAt === undefined)
    .flatMap(({ release, centre, resources }) =>
      resources.map((title) => `${release.id} ${centre.number} ${title}`),
    )
    .sort()

interface Authorised extends Omit<Told, 'resources'> {
  state: string
  resources: readonly { title: string }[]
}

const heading = 'Country,Administrative zone,Session,Local time,From,Until\n'
const files = {
  'later.csv': `${heading}Egypt,3,AM,11:30,,\n`,
  'earlier.csv': `${heading}Egypt,3,AM,08:00,,\n`,
  'dated.csv': `${heading}Egypt,3,AM,07:30,2026-06-02,2026-06-02\n`,
  'second-zone.csv': `${heading}Egypt,4,EV,18:00,,\n`,
  'pakistan.csv': `${heading}Pakistan,4,AM,09:00,,\nPakistan,4,PM,14:00,,\n`,
  'entries.csv':
    'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,4\nCA102,2026-06,0500/12,2\n',
  'no-entries.csv': 'Centre number,Series,Component,Candidates\nEG001,2026-06,0500/12,0\n',
}

const step = fc.constantFrom(
  ...Object.keys(files).map((file) => `${file.includes('entries') ? 'entries' : 'key-times'} import ${file}`),
  ...[
    'key-times edit 1 --remove',
    'key-times edit 1 --from 2026-06-03',
    'key-times edit 1 --local-time 10:00',
  ],
  ...[
    'centres edit EG001 --country PK',
    'centres edit EG001 --country EG',
    'centres edit EG002 --country PK',
  ],
  ...['centres edit CA102 --no-global-listening', 'centres edit CA102 --global-listening'],
  ...[
    'centres delete EG002',
    'centres restore EG002',
    'coordinator suspend EG001',
    'coordinator restore EG001',
  ],
  ...[
    'resources withdraw AUDIO',
    'resources restore AUDIO',
    'releases publish Later',
    'releases withdraw June',
  ],
  ...[
    'releases edit June --for zone:3',
    'releases edit June --for entries',
    'releases edit June --resource TEXT',
  ],
)
const tick = fc.constantFrom('04:30', '04:30', '05:30', '06:00', '06:30', '11:30', '12:30')

/** These take nothing from anybody: they open without being asked, and say what. */
const opensUnasked: ReadonlySet<string> = new Set(['coordinator restore EG001'])

describe('what opens, and what closes, by one change after another', { timeout: 300_000 }, () => {
  it('is what the tables say, and nothing of it is done without being asked', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, tick), { minLength: 2, maxLength: 6 }),
        fc.constantFrom('all', 'zone:3', 'entries', 'EG001'),
        async (steps, audience) => {
          const { world, audio, text, run, released } = await worldWithResources()
          try {
            for (const [name, content] of Object.entries(files)) writeFileSync(world.path(name), content)
            await released(audience)
            const later = ['--opens', '2026-06-02T06:15Z', '--closes', 'key-time AM 2026-06-02 + 1h']
            await run(
              'releases',
              'create',
              'Later',
              '--resource',
              `${audio},${text}`,
              ...later,
              '--for',
              'all',
            )
            for (const [words, time] of [...steps].sort(([, one], [, other]) => (one < other ? -1 : 1))) {
              world.setClock(`2026-06-02T${time}:00.000Z`)
              const argv = words.replace('AUDIO', audio).replace('TEXT', text).split(' ')
              const before = await openNow(world)
              const unasked = await world.run([...argv, '--json'])
              expect([0, 2, 3, 4], words).toContain(unasked.exit)
              const unaskedAfter = await openNow(world)
              if (opensUnasked.has(words) && unasked.exit === 0) {
                expect(onlyIn(before, unaskedAfter), words).toEqual([])
                const { opened } = JSON.parse(unasked.stdout)
                expect(told(opened), words).toEqual(onlyIn(unaskedAfter, before))
              } else expect(unaskedAfter, words).toEqual(before)
              if (unasked.exit === 2) {
                const { closed, opened } = await run(...argv)
                const after = await openNow(world)
                expect(told(closed), words).toEqual(onlyIn(before, after))
                if (opened !== undefined) expect(told(opened), words).toEqual(onlyIn(after, before))
              }
              const { authorisations } = await run('releases', 'authorisations')
              const open = authorisations.flatMap(({ state, release, centre, resources }: Authorised) =>
                state === 'open'
                  ? resources.map(({ title }) => `${release.id} ${centre.number} ${title}`)
                  : [],
              )
              expect(open.sort(), words).toEqual([...(await openNow(world))].sort())
            }
          } finally {
            await world.close()
          }
        },
      ),
      {
        numRuns: 25,
        examples: [
          [
            [
              ['coordinator suspend EG001', '04:30'],
              ['key-times import later.csv', '04:30'],
              ['coordinator restore EG001', '11:30'],
            ],
            'all',
          ],
        ],
      },
    ))
})
