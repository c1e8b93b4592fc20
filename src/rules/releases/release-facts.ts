import type { Kysely } from 'kysely'
import { findKeyTimes } from '../../db/key-times.ts'
import {
  type CentreOfRelease,
  type CentreScope,
  centresWithEntries,
  findCentresOfReleases,
  type ReleaseRow,
} from '../../db/releases.ts'
import { awaitAll } from '../../db/transact.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { Store } from '../../db/schema.ts'
import { type KeyTime, type KeyTimes, keyTimesByCountry } from '../key-times/lookup.ts'

/** Centres of equal kind, country, time zone and Global Listening: only number and entries set them apart. */
export interface CentreGroup {
  first: CentreOfRelease
  centres: CentreOfRelease[]
}

/** Everything that decides which release opens where and when, read from the store once. */
export interface ReleaseFacts {
  centres: readonly CentreOfRelease[]
  /** The same centres in groups. */
  centreGroups: readonly CentreGroup[]
  groupOf: (centre: CentreOfRelease) => CentreGroup
  /** The centres with these numbers, in the order of `centres`. */
  centresWithNumbers: (numbers: Iterable<string>) => CentreOfRelease[]
  keyTimes: KeyTimes
  /** The administrative zone of a country; undefined where its Key Times name none, or more than one. */
  zoneOf: (country: string) => number | undefined
  /** The numbers of the centres with entries for a resource: one set for each of its components that has any. */
  withEntries: (resource: ResourceRow) => ReadonlySet<string>[]
}

/** Reads the facts that decide what these releases give these centres. */
export async function readReleaseFacts(
  db: Kysely<Store>,
  {
    releases,
    scope,
    newCentres: newCentres = [],
    listening = 'not-asked',
  }: {
    releases: readonly ReleaseRow[]
    scope?: CentreScope
    /** Centres that are about to be created and are not in the store yet. */
    newCentres?: readonly CentreOfRelease[]
    listening?: 'not-asked' | 'asked'
  },
): Promise<ReleaseFacts> {
  const components = [
    ...new Set(
      releases.flatMap(({ audience, resources }) => {
        const byEntry = audience.some(({ kind }) => kind === 'entries')
        const counting = resources.filter(
          ({ kind }) => byEntry || (listening === 'asked' && kind === 'listening-audio'),
        )
        return counting.flatMap(({ components: own }) => own)
      }),
    ),
  ]
  const [entries, centres, keyTimes] = await awaitAll(
    components.length === 0
      ? Promise.resolve(new Map<string, ReadonlySet<string>>())
      : centresWithEntries(db, { components, numbers: scope?.numbers }),
    findCentresOfReleases(db, scope),
    findKeyTimes(db),
  )
  return releaseFacts({
    centres: newCentres.length === 0 ? centres : [...centres, ...newCentres],
    keyTimes,
    entries,
  })
}

interface FactsRead {
  centres: readonly CentreOfRelease[]
  keyTimes: readonly KeyTime[]
  /** Centre numbers, keyed by series and component: `2026-06 0500/12`. */
  entries: ReadonlyMap<string, ReadonlySet<string>>
}

/** Indexes the rows that were read, for repeated lookups. */
export function releaseFacts({ centres, keyTimes, entries }: FactsRead): ReleaseFacts {
  const zones = new Map<string, Set<number>>()
  for (const { country, administrative_zone: zone } of keyTimes)
    if (zone !== null) zones.set(country, (zones.get(country) ?? new Set()).add(zone))
  return {
    centres,
    ...groupCentres(centres),
    centresWithNumbers: centresByNumber(centres),
    keyTimes: keyTimesByCountry(keyTimes),
    zoneOf: (country) => {
      const [zone, another] = zones.get(country) ?? []
      return another === undefined ? zone : undefined
    },
    withEntries: ({ series, components: own }) =>
      own.flatMap((component) => entries.get(`${series} ${component}`) ?? []),
  }
}

function groupCentres(centres: readonly CentreOfRelease[]): Pick<ReleaseFacts, 'centreGroups' | 'groupOf'> {
  const byFacts = new Map<string, CentreGroup>()
  const byCentre = new Map<number, CentreGroup>()
  for (const centre of centres) {
    const { kind, country, time_zone, global_listening } = centre
    const key = `${kind} ${country} ${time_zone} ${global_listening}`
    const group = byFacts.get(key) ?? { first: centre, centres: [] }
    group.centres.push(centre)
    byFacts.set(key, group)
    byCentre.set(centre.id, group)
  }
  return {
    centreGroups: [...byFacts.values()],
    groupOf: (centre) => {
      const group = byCentre.get(centre.id)
      if (!group) throw new Error(`${centre.number} was not read`)
      return group
    },
  }
}

function centresByNumber(centres: readonly CentreOfRelease[]): ReleaseFacts['centresWithNumbers'] {
  let positions: Map<string, number> | undefined
  return (numbers) => {
    positions ??= new Map(centres.map(({ number }, at) => [number, at]))
    const found = new Set<number>()
    for (const number of numbers) {
      const at = positions.get(number)
      if (at !== undefined) found.add(at)
    }
    return [...found].sort((one, other) => one - other).flatMap((at) => centres[at] ?? [])
  }
}
