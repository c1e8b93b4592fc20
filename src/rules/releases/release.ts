import type { Kysely } from 'kysely'
import { findReleases, type ReleaseRow } from '../../db/releases.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { Store } from '../../db/schema.ts'
import { awaitAll, type Trx } from '../../db/transact.ts'
import { hintOfNearest, NotFound, Refused, Usage } from '../../errors.ts'
import { nearestOf } from '../../nearest.ts'
import { searchKey, wordsIn } from '../../search-key.ts'
import { shellWord } from '../../shell-word.ts'
import { findCentre } from '../centres/find.ts'
import { findResource } from '../resources.ts'
import { type AudiencePart, audienceText } from './audience.ts'
import { type ReleaseMoment, readStoredMoment } from './moment.ts'

/**
 * A release by its number or name. Of several with the same name, the one that is not withdrawn is found. Letter case
 * matters only where an older store has two names that differ in nothing else. @throws `release-not-found`
 */
export async function findRelease(db: Kysely<Store>, typed: string): Promise<ReleaseRow> {
  const text = typed.trim()
  const called = isNumber(text)
    ? await findReleases(db, { ids: [Number(text)] })
    : await findReleases(db, { name: text })
  const exact = isNumber(text) ? called : called.filter(({ name }) => name === text)
  const current = called.filter(({ state }) => state !== 'withdrawn')
  const found = exact.find((one) => current.includes(one)) ?? current.at(0) ?? exact.at(0) ?? called.at(0)
  const isAmbiguous = current.length > 1 && !exact.some((one) => current.includes(one))
  if (found && !isAmbiguous) return found
  const candidates = isNumber(text) ? [] : releasesToSuggest(text, await findReleases(db))
  throw new NotFound('release-not-found', `There is no release '${text}'.`, {
    hint: hintOfNearest(candidates.map(({ name }) => shellWord(name))) ?? 'ssh-admin releases list',
    details: { wanted: text, candidates },
  })
}

const maxSuggested = 3

/** Releases whose names contain all typed words, or else are spelt similarly; withdrawn ones come last. */
function releasesToSuggest(text: string, all: readonly ReleaseRow[]) {
  const words = wordsIn(text)
  const hasEveryWord = ({ name }: ReleaseRow) => words.every((word) => searchKey(name).includes(word))
  const parts = words.length === 0 ? [] : all.filter(hasEveryWord)
  const nearest = new Set(parts.length > 0 ? [] : nearestOf(text, new Set(all.map(({ name }) => name))))
  return [...parts, ...all.filter(({ name }) => nearest.has(name))]
    .toSorted((one, other) => Number(one.state === 'withdrawn') - Number(other.state === 'withdrawn'))
    .slice(0, maxSuggested)
    .map(({ id, name, state }) => ({ id, name, state }))
}

function isNumber(text: string): boolean {
  return /^\d{1,12}$/.test(text.trim())
}

/** The values that a release is to have. */
export interface ReleaseDefinition {
  name: string
  resources: ResourceRow[]
  audience: readonly AudiencePart[]
  opens: ReleaseMoment
  closes: ReleaseMoment | null
}

/** Finds the resources that were named, each once. @throws `withdrawn` */
export async function resolveResources(trx: Trx, ids: readonly string[]): Promise<ResourceRow[]> {
  const all = await awaitAll<ResourceRow[]>(...ids.map((id) => findResource(trx, id)))
  const byId = new Map(all.map((resource) => [resource.id, resource]))
  const found = [...byId.values()]
  const withdrawn = found.find(({ withdrawn_at }) => withdrawn_at !== null)
  if (withdrawn) {
    throw new Refused('withdrawn', `Resource ${withdrawn.id} (${withdrawn.title}) is withdrawn.`, {
      hint: `ssh-admin resources restore ${withdrawn.id}, or leave it out.`,
    })
  }
  return found.sort((one, other) => one.id - other.id)
}

/** Removes duplicate parts and checks centre numbers. @throws `centre-not-found` for a number that no centre has */
export async function resolveAudience(trx: Trx, parts: readonly AudiencePart[]): Promise<AudiencePart[]> {
  const distinct = new Map(parts.map((part) => [audienceText(part), part]))
  const named = [...distinct.values()].filter(({ kind }) => kind === 'centre')
  await awaitAll(...named.map(({ value }) => findCentre(trx, value)))
  return [...distinct.values()]
}

/** @param same releases that have the name already. @throws `name-in-use`, `ends-before-it-begins`, `series-differ` */
export function refuseContradictions(
  { id, ...values }: ReleaseDefinition & { id?: number },
  { duplicate: sameName }: { duplicate: readonly ReleaseRow[] },
): void {
  const { name, resources, opens, closes } = values
  if (isNumber(name)) {
    throw new Usage(`A release is not called '${name}': a number alone means the release of that number.`, {
      code: 'invalid-name',
      hint: `Say what it is: 'Release ${name.trim()}'.`,
    })
  }
  const same = sameName.find((one) => one.id !== id && one.state !== 'withdrawn')
  if (same) {
    throw new Refused('name-in-use', `Release ${same.id} is called '${same.name}' already.`, {
      hint: 'Choose another name.',
    })
  }
  if (closes && closesBeforeOpening(opens, closes)) {
    throw new Usage('A release cannot close before it opens.', {
      code: 'ends-before-it-begins',
      hint: 'Change --opens or --closes.',
    })
  }
  const series = new Set(resources.map((resource) => resource.series))
  if (series.size > 1 && [opens, closes].some((moment) => moment?.kind === 'key-time')) {
    throw new Refused(
      'series-differ',
      `A Key Time is that of a series, and these resources are of ${[...series].join(' and ')}.`,
      { hint: 'Make a release for each series.' },
    )
  }
}

/** Whether a release certainly closes before it opens. Mixed kinds of moment are compared later, centre by centre. */
function closesBeforeOpening(opens: ReleaseMoment, closes: ReleaseMoment): boolean {
  if (opens.kind === 'absolute') return closes.kind === 'absolute' && closes.at <= opens.at
  if (closes.kind === 'absolute') return false
  if (opens.date === closes.date && opens.session === closes.session)
    return closes.offsetMinutes <= opens.offsetMinutes
  // In every time zone the earlier date comes first.
  if (closes.date < opens.date && closes.offsetMinutes <= opens.offsetMinutes) return true
  // A Key Time may be at any time of its day; the offset is real time, even across a clock change.
  const endOfDay = 24 * 60 - 1
  return minutesOf(closes) + endOfDay + maxClockChange <= minutesOf(opens)
}

/** The largest clock change, in minutes, that is allowed for. */
const maxClockChange = 3 * 60

/** Minutes since 1970 of the day's beginning plus the offset, ignoring time zones, which differ by centre. */
function minutesOf({ date, offsetMinutes }: { date: string; offsetMinutes: number }): number {
  return Date.parse(date) / 60_000 + offsetMinutes
}

/** The present values of a release, in the form of a definition. */
export function definitionOf({ name, resources, audience, opens, closes }: ReleaseRow): ReleaseDefinition {
  return {
    name,
    resources: [...resources].sort((one, other) => one.id - other.id),
    audience,
    opens: readStoredMoment(opens),
    closes: closes === null ? null : readStoredMoment(closes),
  }
}
