import type { Kysely } from 'kysely'
import {
  duplicateEntries,
  entriesWithoutCentre,
  entriesWithoutGlobalListening,
  entriesWithoutResource,
} from '../../db/entries/wrong-entries.ts'
import { findKeyTimes } from '../../db/key-times/key-times.ts'
import { findReleases } from '../../db/releases/releases.ts'
import { findResources } from '../../db/resources/resources.ts'
import type { Store } from '../../db/schema.ts'
import { countryName } from '../../countries.ts'
import { contradictionOf } from '../key-times/key-time-rows.ts'
import type { TimeProblem } from '../key-times/lookup.ts'
import { authorisationsOf, readReleaseFacts } from '../releases/authorisations.ts'

export const errorKinds = ['entry', 'key-time', 'other'] as const
export type ErrorKind = (typeof errorKinds)[number]

/** Something wrong that is found by looking, listed until it is mended. */
export interface FoundError {
  kind: ErrorKind
  code: string
  /** A centre, a country, a component or a release. */
  subject: string
  message: string
  /** What to type, or to do, so that it is gone. */
  hint: string
}

/** Every error that there is at this moment. */
export async function* findErrors(
  db: Kysely<Store>,
  kinds: readonly ErrorKind[] = errorKinds,
): AsyncGenerator<FoundError> {
  if (kinds.includes('entry')) yield* entryErrors(db)
  if (kinds.includes('key-time')) yield* keyTimeErrors(db)
  if (kinds.includes('other')) yield* otherErrors(db)
}

async function* entryErrors(db: Kysely<Store>): AsyncGenerator<FoundError> {
  const kind = 'entry'
  const mend =
    'correct the file, and import it again, a wrong row with 0 candidates too: ssh-admin entries import FILE'
  for (const { number, deleted, entries } of await entriesWithoutCentre(db)) {
    const what = `${entries} ${entries === 1 ? 'entry is' : 'entries are'}`
    yield deleted
      ? {
          kind,
          code: 'centre-deleted',
          subject: number,
          message: `${what} of ${number}, which is deleted.`,
          hint: `ssh-admin centres restore ${number}`,
        }
      : {
          kind,
          code: 'centre-not-found',
          subject: number,
          message: `${what} of ${number}, which is no centre.`,
          hint: `ssh-admin centres create ${number}, or: ${mend}`,
        }
  }
  for (const { component, series, centres } of await entriesWithoutResource(db)) {
    yield {
      kind,
      code: 'unknown-component',
      subject: component,
      message: `No resource is for ${component} in ${series}, and ${centres} ${centres === 1 ? 'centre has' : 'centres have'} entries for it.`,
      hint: `ssh-admin resources upload FILE --title TITLE --kind KIND --series ${series} --component ${component}, or: ${mend}`,
    }
  }
  for (const found of await entriesWithoutGlobalListening(db)) {
    const { number, kind: centre, british_council, component, series, resource } = found
    const may = centre === 'associate-centre' && british_council === 0
    yield {
      kind,
      code: 'no-global-listening',
      subject: number,
      message: `${number} has entries for ${component} in ${series}, and no Global Listening: nobody there may have its recording, resource ${resource}.`,
      hint: may ? `ssh-admin centres edit ${number} --global-listening, or: ${mend}` : sentence(mend),
    }
  }
  for (const { number, component, series, least, most } of await duplicateEntries(db)) {
    const twice = `${number} has more than one entry for ${component} in ${series}`
    yield {
      kind,
      code: least === most ? 'entry-twice' : 'counts-differ',
      subject: number,
      message: least === most ? `${twice}.` : `${twice}, with ${least} and with ${most} candidates.`,
      hint: sentence(mend),
    }
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

async function* keyTimeErrors(db: Kysely<Store>): AsyncGenerator<FoundError> {
  const kind = 'key-time'
  const zones = new Map<string, Set<number | null>>()
  for (const { id, country, administrative_zone: zone, session, local_time } of await findKeyTimes(db)) {
    zones.set(country, (zones.get(country) ?? new Set()).add(zone))
    const contradiction = contradictionOf(session, local_time)
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
    const known = [...all].filter((zone) => zone !== null)
    const name = countryName(country)
    const hint = `ssh-admin key-times list --country ${country}; ssh-admin key-times edit ID --administrative-zone N`
    if (known.length === 0) {
      const message = `${name} has Key Times, and no administrative zone.`
      yield { kind, code: 'no-administrative-zone', subject: name, message, hint }
    } else if (known.length > 1) {
      const message = `${name} is in the administrative zones ${known.sort().join(' and ')}; a country is in one.`
      yield { kind, code: 'administrative-zones-differ', subject: name, message, hint }
    }
  }
  const releases = (await findReleases(db)).filter(({ state }) => state !== 'withdrawn')
  const facts = await readReleaseFacts(db, { releases })
  const found = new Map<string, Unseen>()
  for (const release of releases)
    for (const { centre, problem } of authorisationsOf(release, facts)) {
      if (problem === null) continue
      // A centre without a time zone is mended by itself, what is wrong with a Key Time for all of its centres.
      const subject = problem.code === 'no-time-zone' ? centre.number : countryName(centre.country)
      const { code, message } = problem
      const key = `${code} ${message}`
      const unseen = found.get(key) ?? { problem, subject, centres: new Set(), releases: new Set() }
      unseen.centres.add(centre.number)
      unseen.releases.add(`${release.id} (${release.name})`)
      found.set(key, unseen)
    }
  for (const { problem, subject, centres, releases: unseen } of found.values()) {
    const [first = '', ...others] = unseen
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    const who = centres.size === 1 ? `${[...centres].join()} never sees` : `${centres.size} centres never see`
    const message = `${problem.message} ${who} release ${first}${more}.`
    yield { kind, code: problem.code, subject, message, hint: problem.hint }
  }
}

/** Something because of which centres never see releases. */
interface Unseen {
  problem: TimeProblem
  subject: string
  centres: Set<string>
  releases: Set<string>
}

async function* otherErrors(db: Kysely<Store>): AsyncGenerator<FoundError> {
  const kind = 'other'
  const releases = (await findReleases(db)).filter(({ state }) => state !== 'withdrawn')
  const facts = await readReleaseFacts(db, { releases })
  for (const release of releases) {
    const { id, name } = release
    const subject = `release ${id}`
    const named = `Release ${id} (${name})`
    if (release.audience.length === 0) {
      const hint = `ssh-admin releases edit ${id} --for all`
      yield { kind, code: 'no-audience', subject, message: `${named} is for nobody.`, hint }
    }
    if (release.resources.every(({ withdrawn_at }) => withdrawn_at !== null)) {
      const hint = `ssh-admin releases edit ${id} --resource ID, or ssh-admin resources restore ID`
      const message = `${named} has no resource that is not withdrawn.`
      yield { kind, code: 'no-resource', subject, message, hint }
    }
    for (const { centre, opensAt, closesAt } of authorisationsOf(release, facts)) {
      if (opensAt === null || closesAt === null || closesAt > opensAt) continue
      const message = `${named} closes before it opens, for ${centre.number} at least.`
      const hint = `ssh-admin releases edit ${id} --closes MOMENT`
      yield { kind, code: 'ends-before-it-begins', subject, message, hint }
      break
    }
  }
  for (const { id, title, mismatch_at } of await findResources(db)) {
    if (mismatch_at === null) continue
    yield {
      kind,
      code: 'content-damaged',
      subject: `resource ${id}`,
      message: `The bytes of resource ${id} (${title}) were not those that were uploaded when they were last read.`,
      hint: 'Upload the file again, or bring a backup back; ssh-admin store check reads them again.',
    }
  }
}
