import type { Kysely } from 'kysely'
import {
  duplicateEntries,
  entriesWithoutCentre,
  entriesWithoutGlobalListening,
  entriesWithoutResource,
} from '../db/entries.ts'
import { centresNearNumbers } from '../db/centres/near-number.ts'
import { findKeyTimes } from '../db/key-times.ts'
import { findReleases, type ReleaseRow, type CentreOfRelease } from '../db/releases.ts'
import type { Store } from '../db/schema.ts'
import { countryName } from '../country-names.ts'
import { storedFiles } from './stored-files.ts'
import { sessionContradiction } from './dates-and-times.ts'
import { type TimeProblem, timeZoneOf } from './key-times/lookup.ts'
import {
  centresOfRelease,
  concernsOneCentre,
  type CentresByMoments,
  hasGlobalListening,
  hasClosedEverywhere,
} from './releases/centres-of-release.ts'
import { audienceText } from './releases/audience.ts'
import { readReleaseFacts, type ReleaseFacts } from './releases/release-facts.ts'

export const errorKinds = ['entry', 'key-time', 'other'] as const
type ErrorKind = (typeof errorKinds)[number]

/** A mistake found by checking the store, listed until it is corrected. */
export interface FoundError {
  kind: ErrorKind
  code: string
  /** A centre, a country, a component or a release. */
  subject: string
  message: string
  /** The command to type, or what to do, to correct it. */
  hint: string
}

/** Finds all present errors of the given kinds. */
export async function* findErrors(
  db: Kysely<Store>,
  { kinds, at }: { kinds: readonly ErrorKind[]; at: Date },
): AsyncGenerator<FoundError> {
  if (kinds.includes('entry')) yield* entryErrors(db)
  if (!kinds.includes('key-time') && !kinds.includes('other')) return
  const read = await readReleases(db, at)
  if (kinds.includes('key-time')) yield* keyTimeErrors(db, { ...read, at })
  if (kinds.includes('other')) yield* otherErrors(db, read)
}

/** The releases that are neither withdrawn nor closed everywhere, and the centres that each reaches. */
interface ReadReleases {
  facts: ReleaseFacts
  releases: readonly { release: ReleaseRow; reached: readonly CentresByMoments[] }[]
}

async function readReleases(db: Kysely<Store>, at: Date): Promise<ReadReleases> {
  const releases = (await findReleases(db)).filter(({ state }) => state !== 'withdrawn')
  const facts = await readReleaseFacts(db, { releases })
  return {
    facts,
    releases: releases
      .map((release) => ({ release, reached: [...centresOfRelease(release, facts).centresByMoments()] }))
      .filter(({ release, reached }) => !hasClosedEverywhere(release, { reached, at })),
  }
}

async function* entryErrors(db: Kysely<Store>): AsyncGenerator<FoundError> {
  const kind = 'entry'
  const mend =
    'correct the file and import it again (a wrong row with 0 candidates): ssh-admin entries import FILE'
  const unmatched = await entriesWithoutCentre(db)
  const unknown = unmatched.flatMap(({ number, deleted }) => (deleted ? [] : [number]))
  const nearNumbers = await centresNearNumbers(db, unknown)
  for (const { number, deleted, entries } of unmatched) {
    const suggestion = nearNumbers.get(number)
    const count = `${entries} ${entries === 1 ? 'entry is' : 'entries are'}`
    yield deleted
      ? {
          kind,
          code: 'centre-deleted',
          subject: number,
          message: `${count} of ${number}, which is deleted.`,
          hint: `ssh-admin centres restore ${number}`,
        }
      : {
          kind,
          code: 'centre-not-found',
          subject: number,
          message: `${count} of ${number}, which is no centre${suggestion === undefined ? '' : `: perhaps ${suggestion}`}.`,
          hint:
            suggestion === undefined ? `ssh-admin centres create ${number}, or ${mend}` : capitalised(mend),
        }
  }
  for (const { component, series, centres } of await entriesWithoutResource(db)) {
    yield {
      kind,
      code: 'unknown-component',
      subject: component,
      message: `No resource is for ${component} in ${series}, and ${centres} ${centres === 1 ? 'centre has' : 'centres have'} entries for it.`,
      hint: `ssh-admin resources upload FILE --title TITLE --kind KIND --series ${series} --component ${component}, or ${mend}`,
    }
  }
  for (const found of await entriesWithoutGlobalListening(db)) {
    const { number, kind: centre, british_council, component, series, resource } = found
    const isEligible = centre === 'associate-centre' && british_council === 0
    yield {
      kind,
      code: 'no-global-listening',
      subject: number,
      message: `${number} has entries for ${component} in ${series}, and no Global Listening: nobody there may have its recording, resource ${resource}.`,
      hint: isEligible
        ? `ssh-admin centres edit ${number} --global-listening, or ${mend}`
        : capitalised(mend),
    }
  }
  for (const { number, component, series, min, max } of await duplicateEntries(db)) {
    const duplicate = `${number} has more than one entry for ${component} in ${series}`
    yield {
      kind,
      code: min === max ? 'entry-twice' : 'counts-differ',
      subject: number,
      message: min === max ? `${duplicate}.` : `${duplicate}, with ${min} and with ${max} candidates.`,
      hint: capitalised(mend),
    }
  }
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

async function* keyTimeErrors(
  db: Kysely<Store>,
  { facts, releases, at }: ReadReleases & { at: Date },
): AsyncGenerator<FoundError> {
  const kind = 'key-time'
  const zones = new Map<string, Map<number | null, number[]>>()
  for (const { id, country, administrative_zone: zone, session, local_time } of await findKeyTimes(db)) {
    const zonesOfCountry = zones.get(country) ?? new Map<number | null, number[]>()
    zones.set(country, zonesOfCountry.set(zone, [...(zonesOfCountry.get(zone) ?? []), id]))
    const contradiction = sessionContradiction(session, local_time)
    if (!contradiction) continue
    yield {
      kind,
      code: 'time-not-in-session',
      subject: countryName(country),
      message: `Key Time ${id} of ${countryName(country)} ${contradiction.message}.`,
      hint: `ssh-admin key-times edit ${id} --local-time HH:MM`,
    }
  }
  for (const [country, all] of zones) {
    const known = [...all.keys()].filter((zone) => zone !== null)
    const name = countryName(country)
    if (known.length === 0) {
      const message = `${name} has Key Times, and no administrative zone.`
      const hint = `ssh-admin key-times edit ${all.get(null)?.[0]} --administrative-zone N`
      yield { kind, code: 'no-administrative-zone', subject: name, message, hint }
    } else if (known.length > 1) {
      const message = `${name} is in the administrative zones ${known.sort().join(' and ')}; a country is in one.`
      const hint = known.map((zone) => zoneEditCommands(zone, all)).join(', or: ')
      yield { kind, code: 'administrative-zones-differ', subject: name, message, hint }
    }
  }
  for (const leftOut of centresOutsideZones(releases, { facts, hasKeyTimes: (one) => zones.has(one), at }))
    yield { kind, ...missingZoneError(leftOut) }
  const found = new Map<string, UnreachedCentres>()
  // A centre without a time zone is an error even if no release uses a Key Time.
  for (const { first: one, centres } of facts.centreGroups) {
    if ('zone' in timeZoneOf(one)) continue
    for (const centre of centres) {
      const zoneOrProblem = timeZoneOf(centre)
      if ('problem' in zoneOrProblem)
        unreachedCentresOf(found, { problem: zoneOrProblem.problem, subject: centre.number })
    }
  }
  for (const { release, reached } of releases)
    for (const { centres, problem } of reached) {
      const [centre] = centres
      if (!centre || problem === null || problem.code === 'ends-before-it-begins') continue
      const subject = concernsOneCentre(problem) ? centre.number : countryName(centre.country)
      const unreached = unreachedCentresOf(found, { problem, subject })
      for (const { number } of centres) unreached.centres.add(number)
      unreached.releases.add(`${release.id} (${release.name})`)
    }
  for (const { problem, subject, centres, releases: unseen } of found.values())
    yield {
      kind,
      code: problem.code,
      subject,
      message: sentenceOf(problem, { centres, unseen }),
      hint: problem.hint,
    }
}

/** The commands that put every Key Time of a country into one administrative zone. */
function zoneEditCommands(zone: number, all: ReadonlyMap<number | null, readonly number[]>): string {
  const others = [...all].flatMap(([one, ids]) => (one === null || one === zone ? [] : ids))
  return others.map((id) => `ssh-admin key-times edit ${id} --administrative-zone ${zone}`).join('; ')
}

/** Only Key Times give a country its administrative zone: without any, releases for a zone leave its centres out. */
function missingZoneError({ country, centres, releases }: LeftOutOfZones): Omit<FoundError, 'kind'> {
  const name = countryName(country)
  const [first, ...others] = releases
  const who = centres.length === 1 ? `${centres[0]?.number} is` : `${centres.length} centres are`
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  return {
    code: 'no-administrative-zone',
    subject: name,
    message: `${name} has no Key Times, and so no administrative zone: ${who} left out of what is released for zones, such as ${first?.id} (${first?.name})${more}.`,
    hint: `ssh-admin key-times import FILE, with a row for ${name} and its administrative zone`,
  }
}

function unreachedCentresOf(
  found: Map<string, UnreachedCentres>,
  { problem, subject }: { problem: TimeProblem; subject: string },
): UnreachedCentres {
  const key = `${problem.code} ${problem.message}`
  const unreached = found.get(key) ?? { problem, subject, centres: new Set(), releases: new Set() }
  found.set(key, unreached)
  return unreached
}

function sentenceOf(
  { message }: TimeProblem,
  { centres, unseen }: { centres: ReadonlySet<string>; unseen: ReadonlySet<string> },
): string {
  const [first, ...others] = unseen
  if (first === undefined) return message
  const suffix = others.length > 0 ? ` and ${others.length} more` : ''
  const who = centres.size === 1 ? `${[...centres].join()} never sees` : `${centres.size} centres never see`
  return `${message} ${who} release ${first}${suffix}.`
}

/** A problem because of which centres never see releases. */
interface UnreachedCentres {
  problem: TimeProblem
  subject: string
  centres: Set<string>
  releases: Set<string>
}

async function* otherErrors(db: Kysely<Store>, { releases }: ReadReleases): AsyncGenerator<FoundError> {
  const kind = 'other'
  for (const { release, reached } of releases) {
    const { id, name } = release
    const subject = `release ${id}`
    const label = `Release ${id} (${name})`
    if (release.audience.length === 0) {
      const hint = `ssh-admin releases edit ${id} --for all`
      yield { kind, code: 'no-audience', subject, message: `${label} is for nobody.`, hint }
    }
    if (release.resources.every(({ withdrawn_at }) => withdrawn_at !== null)) {
      const ids = release.resources.map((resource) => resource.id).join(' ')
      const restore = ids === '' ? '' : `ssh-admin resources restore ${ids}, or: `
      const hint = `${restore}ssh-admin releases edit ${id} --resource ID`
      const message = `${label} has no resource that is not withdrawn.`
      yield { kind, code: 'no-resource', subject, message, hint }
    }
    for (const { centres, opensAt, closesAt } of reached) {
      if (opensAt === null || closesAt === null || closesAt > opensAt) continue
      const message = `${label} closes before it opens, for ${centres[0]?.number} at least.`
      const hint = `ssh-admin releases edit ${id} --closes MOMENT`
      yield { kind, code: 'ends-before-it-begins', subject, message, hint }
      break
    }
    if (reached.length > 0 || release.state !== 'released' || isIncomplete(release)) continue
    const message = reachesNobody(label, release)
    const hint = `ssh-admin releases edit ${id} --for AUDIENCE, or ssh-admin releases withdraw ${id}`
    yield { kind, code: 'no-centre', subject, message, hint }
  }
  for (const { subject, label, isDamaged, uploadAgain } of await storedFiles(db)) {
    if (!isDamaged) continue
    const backup = 'bring a backup back; ssh-admin store check reads the bytes again'
    const hint = uploadAgain === undefined ? capitalised(backup) : `${uploadAgain}, or: ${backup}`
    const message = `The bytes of ${label} were not those that were uploaded when they were last read.`
    yield { kind, code: 'content-damaged', subject, message, hint }
  }
}

/** Whether a release lacks an audience or resources, which is listed as an error of its own. */
function isIncomplete({ audience, resources }: ReleaseRow): boolean {
  return audience.length === 0 || resources.every(({ withdrawn_at }) => withdrawn_at !== null)
}

/** A message such as `Release 3 (June) reaches no centre of zone:4.` */
function reachesNobody(label: string, { audience, resources }: ReleaseRow): string {
  const available = resources.filter(({ withdrawn_at }) => withdrawn_at === null)
  const listening = available.every(({ kind }) => kind === 'listening-audio')
    ? ' that has Global Listening'
    : ''
  return `${label} reaches no centre of ${audience.map(audienceText).join(', ')}${listening}.`
}

interface ReleaseWithReach {
  release: ReleaseRow
  reached: readonly CentresByMoments[]
}

/** The centres of a country without an administrative zone that are left out of releases for zones. */
interface LeftOutOfZones {
  country: string
  centres: CentreOfRelease[]
  releases: ReleaseRow[]
}

/** Centres reached by another part of the audience are not left out; drafts and closed releases are not considered. */
function centresOutsideZones(
  releases: readonly ReleaseWithReach[],
  { facts, hasKeyTimes, at }: { facts: ReleaseFacts; hasKeyTimes: (country: string) => boolean; at: Date },
): LeftOutOfZones[] {
  const withoutKeyTimes = facts.centres.filter(({ country }) => !hasKeyTimes(country))
  if (withoutKeyTimes.length === 0) return []
  const found = new Map<string, { centres: Set<CentreOfRelease>; releases: Set<ReleaseRow> }>()
  for (const { release, reached } of releases) {
    if (!isForZone(release) || release.state !== 'released' || hasClosedEverywhere(release, { reached, at }))
      continue
    const reachedCentres = new Set(reached.flatMap(({ centres }) => centres))
    for (const centre of withoutKeyTimes) {
      if (reachedCentres.has(centre) || !wouldReceive(centre, release)) continue
      const leftOut = found.get(centre.country) ?? { centres: new Set(), releases: new Set() }
      leftOut.centres.add(centre)
      leftOut.releases.add(release)
      found.set(centre.country, leftOut)
    }
  }
  return [...found].map(([country, leftOut]) => ({
    country,
    centres: [...leftOut.centres],
    releases: [...leftOut.releases],
  }))
}

function isForZone({ audience }: ReleaseRow): boolean {
  return audience.some(({ kind }) => kind === 'zone')
}

/** Whether the release would give the centre any resource if its country had an administrative zone. */
function wouldReceive(centre: CentreOfRelease, { resources }: ReleaseRow): boolean {
  return resources.some(
    ({ kind, withdrawn_at }) =>
      withdrawn_at === null && (kind !== 'listening-audio' || hasGlobalListening(centre)),
  )
}
