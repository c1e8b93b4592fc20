import { describe, expect, it } from 'vitest'
import type { CentreOfRelease, ReleaseRow } from '../../../src/db/releases.ts'
import { authorisationsOf, openingSummaryOf } from '../../../src/rules/releases/centres-of-release.ts'
import { scheduleFrom } from '../../../src/rules/releases/schedule.ts'
import { releaseFacts } from '../../../src/rules/releases/release-facts.ts'

const centres: CentreOfRelease[] = Array.from({ length: 3000 }, (_, at) => ({
  id: at + 1,
  number: `C${String(at).padStart(4, '0')}`,
  name: `Centre ${at}`,
  kind: at % 10 === 0 ? 'associate-centre' : 'school',
  country: 'EG',
  time_zone: null,
  global_listening: 0,
}))

const withEntries = new Set(['C2999', 'C0011', 'C0010', 'C1205', 'gone'])

function release(audience: ReleaseRow['audience']): ReleaseRow {
  return {
    id: 1,
    name: 'Listening June',
    state: 'released',
    opens: '2026-06-02T08:00:00Z',
    closes: null,
    created_at: '2026-05-01T08:00:00Z',
    released_at: '2026-05-01T08:00:00Z',
    withdrawn_at: null,
    resources: [
      {
        id: 1,
        title: 'Listening',
        kind: 'listening-audio',
        area: 'general',
        series: '2026-06',
        file: 'listening.mp3',
        content_id: 1,
        created_at: '2026-05-01T08:00:00Z',
        withdrawn_at: null,
        bytes: 1,
        sha256: '',
        components: ['0500/12'],
        mismatch_at: null,
      },
    ],
    audience,
  }
}

/** The facts, and how often a centre was looked at. */
function countedFacts() {
  let looks = 0
  const facts = releaseFacts({
    centres,
    keyTimes: [],
    entries: new Map([['2026-06 0500/12', withEntries]]),
  })
  const groupOf = (centre: CentreOfRelease) => {
    looks += 1
    return facts.groupOf(centre)
  }
  return { facts: { ...facts, groupOf }, looks: () => looks }
}

describe('a release for the centres with an entry, and for some by their number', () => {
  const chosen = release([
    { kind: 'entries', value: '' },
    { kind: 'centre', value: 'C0500' },
    { kind: 'centre', value: 'C0012' },
  ])

  it('gives it to them, in their order, and looks at no other centre', () => {
    const { facts, looks } = countedFacts()
    const given = [...authorisationsOf(chosen, facts)].map(({ centre }) => centre.number)
    // An associate centre without Global Listening has no recording.
    expect(given).toEqual(['C0011', 'C0012', 'C1205', 'C2999'])
    expect(openingSummaryOf(chosen, facts)).toMatchObject({ centres: 4, withoutKeyTime: 0 })
    expect(looks()).toBeLessThan(30)
  })

  it('names those of them that are left out for want of Global Listening', () => {
    const { facts } = countedFacts()
    expect(scheduleFrom(facts, chosen).leftOut.map(({ number }) => number)).toEqual(['C0010'])
  })
})

describe('a release for some centres by their number', () => {
  it.each([
    ['C0010', ['C0010']],
    ['C0012', []],
  ])('names none that it is not for as left out for want of Global Listening: %s', (value, leftOut) => {
    const { facts } = countedFacts()
    const schedule = scheduleFrom(facts, release([{ kind: 'centre', value }]))
    expect(schedule.leftOut.map(({ number }) => number)).toEqual(leftOut)
  })
})

describe('a release for a kind of centre, and for the centres with an entry', () => {
  it('gives it to all of that kind, and to the others with an entry', () => {
    const { facts } = countedFacts()
    const given = release([
      { kind: 'kind', value: 'school' },
      { kind: 'entries', value: '' },
    ])
    expect(openingSummaryOf(given, facts).centres).toBe(2700)
    expect([...authorisationsOf(given, facts)]).toHaveLength(2700)
  })
})
