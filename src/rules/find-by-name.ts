import { distance } from 'fastest-levenshtein'
import type { Pages } from '../db/rows.ts'
import { nearestCollector } from '../nearest.ts'
import { isTelephoneNumber, wordsIn, wordsToFind } from '../search-key.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import {
  type NamedCentre,
  type NamedUser,
  streamCentresByName,
  streamCentresCalled,
  streamUsersByName,
} from '../db/by-name.ts'
import { hintOfNearest, NotFound, type NotPermitted } from '../errors.ts'
import { type RuleContext, isDeleting } from './permissions/actor.ts'
import { hiddenTarget, visibleCentres, maySeeCentre } from './permissions/decide.ts'
import { nameOf } from './users/account.ts'
import { findCentreByNumber } from '../db/centres/centres.ts'
import { likelyNumber, readCentreNumber } from './centres/find.ts'

/** The best matches for a typed name: the first `maxMatches` rows, and the total number. */
interface Matches<Row> {
  rows: Row[]
  total: number
}

const maxMatches = 100

interface Names<Row> {
  nameOf: (row: Row) => string
  /** A second text to match, used where the name does not fit. */
  orElse?: (row: Row) => string
  /** Deleted rows rank below all others. */
  isDeleted?: (row: Row) => boolean
}

/**
 * Ranks whole names above whole words, and whole words above parts of words: 'ann' finds 'Ann Lee' rather than
 * Joanne. Accents, letter case and the order of the words do not matter.
 */
async function bestMatches<Row>(
  pages: Pages<Row>,
  typed: string,
  { nameOf, orElse, isDeleted }: Names<Row>,
): Promise<Matches<Row>> {
  const words = nameParts(typed)
  const found = new Map<number, Matches<Row>>()
  for await (const page of pages) {
    for (const row of page) {
      const match = matchRank(words, nameOf(row)) || (orElse && matchRank(words, orElse(row)) > 0 ? 1 : 0)
      if (match === 0) continue
      const rank = isDeleted?.(row) ? match : match + wholeNameRank
      const matches = found.get(rank) ?? { rows: [], total: 0 }
      matches.total += 1
      if (matches.rows.length < maxMatches) matches.rows.push(row)
      found.set(rank, matches)
    }
  }
  return found.get(Math.max(...found.keys())) ?? { rows: [], total: 0 }
}

const wholeNameRank = 4

/** 4: the whole name; 3: whole words of it; 2: parts of distinct words; 0: no match. */
function matchRank(words: readonly string[], name: string): 0 | 2 | 3 | typeof wholeNameRank {
  const parts = nameParts(name)
  if (words.length === 0 || !matchDistinctWords(words, parts)) return 0
  if (!words.every((word) => parts.includes(word))) return 2
  return words.length === parts.length ? wholeNameRank : 3
}

/** The words of a name; al-Rashid and o.said are two words each. */
function nameParts(name: string): string[] {
  return wordsIn(name.replace(/[-._]+/g, ' '))
}

function matchDistinctWords(words: readonly string[], parts: readonly string[]): boolean {
  const remaining = [...parts]
  return words
    .toSorted((one, other) => other.length - one.length)
    .every((word) => {
      const exactAt = remaining.indexOf(word)
      const at = exactAt !== -1 ? exactAt : remaining.findIndex((part) => part.includes(word))
      if (at >= 0) remaining.splice(at, 1)
      return at >= 0
    })
}

/** The rows with the smallest edit distance: of the name, or for one typed word of any word in it. */
async function nearestNames<Row>(pages: Pages<Row>, typed: string, { nameOf }: Names<Row>): Promise<Row[]> {
  const words = wordsIn(typed)
  const sortedWords = words.toSorted().join(' ')
  const nearest = nearestCollector<Row>(
    sortedWords,
    Math.max(1, Math.min(3, Math.floor(sortedWords.length / 4))),
  )
  for await (const page of pages) {
    for (const row of page) {
      const parts = wordsIn(nameOf(row))
      const spellings = words.length === 1 ? parts : [parts.toSorted().join(' ')]
      const distance = Math.min(
        ...spellings.map((spelling) => distanceWithin(nearest.limit, spelling, sortedWords)),
      )
      if (distance <= nearest.limit) nearest.take(parts.join(' '), { far: distance, row })
    }
  }
  return nearest.found()
}

function distanceWithin(limit: number, one: string, other: string): number {
  return Math.abs(one.length - other.length) > limit ? limit + 1 : distance(one, other)
}

/** Whether deleted accounts are searched: only they, never, or if no other account matches. */
export type Deleted = 'only' | 'never' | 'if-nobody-else'

interface UserSearch {
  text: string
  deleted: Deleted
  ctx: Pick<RuleContext, 'actor' | 'at'>
}

const userNames = { nameOf: fullName, orElse: ({ email }: NamedUser) => email.slice(0, email.indexOf('@')) }

/** The users who match a name best, among those whom the actor may see. */
export async function usersNamed(
  db: Kysely<Store>,
  { text, deleted, ctx }: UserSearch,
): Promise<Matches<NamedUser>> {
  const search = { words: wordsToFind(text), visible: visibleCentres(ctx.actor) }
  const live = { ...search, deleted: false }
  if (deleted !== 'only') {
    const found = await bestMatches(streamUsersByName(db, live), text, userNames)
    if (found.total > 0 || deleted === 'never') return found
  }
  const found = await bestMatches(streamUsersByName(db, { ...search, deleted: true }), text, userNames)
  // An address can have belonged to several accounts; the one deleted last is meant.
  const rows = [...new Map(found.rows.toReversed().map((row) => [row.email, row])).values()].reverse()
  return { rows, total: found.total - (found.rows.length - rows.length) }
}

/** The refusal for a name that no user has; suggests users with similar names. */
export async function userNotFoundByName(
  db: Kysely<Store>,
  { text, deleted, ctx }: UserSearch,
): Promise<NotFound | NotPermitted> {
  const visible = visibleCentres(ctx.actor)
  const all = streamUsersByName(db, { words: [], deleted: deleted === 'only', visible })
  const nearest = isDeleting(ctx.actor) ? [] : await nearestNames(all, text, userNames)
  const candidates = nearest.map(userCandidate)
  const hint = hintOfNearest(nearest.map(describeUser))
  if (ctx.actor.kind === 'user')
    return hiddenTarget({ actor: ctx.actor, at: ctx.at }, { name: text, subject: null, candidates, hint })
  return new NotFound('user-not-found', `Nobody is called '${text}'.`, {
    hint:
      hint ??
      (isTelephoneNumber(text)
        ? 'Telephone numbers are not kept: ssh-admin find TEXT looks for any part of a name or an address.'
        : undefined) ??
      "ssh-admin find looks for any part of a name, an address or a centre's name.",
    details: { wanted: text, candidates },
  })
}

/** A text such as `Omar Said <omar@school.example>, EG001 Nile Academy (suspended)`. */
export function describeUser(user: NamedUser): string {
  const { centre, centreName, status } = user
  const atCentre = centre === null ? 'no centre' : `${centre} ${centreName}`
  const person = fullName(user) === '' ? user.email : `${nameOf(user)} <${user.email}>`
  return `${person}, ${atCentre}${status === 'active' ? '' : ` (${status})`}`
}

export function userCandidate(user: NamedUser) {
  const { email, centre, status } = user
  return { email, name: fullName(user), centre, status }
}

function fullName({ firstName, lastName }: NamedUser): string {
  return `${firstName} ${lastName}`.trim()
}

interface CentreSearch {
  text: string
  ctx: Pick<RuleContext, 'actor' | 'at'>
}

const centreNames = {
  nameOf: ({ name }: NamedCentre) => name,
  isDeleted: ({ status }: NamedCentre) => status === 'deleted',
}

/** Whether the text is the number of a centre that the actor may see. */
export async function isKnownNumber(db: Kysely<Store>, { text, ctx }: CentreSearch): Promise<boolean> {
  const number = readCentreNumber(text)
  const centre = number === undefined ? undefined : await findCentreByNumber(db, number)
  return centre !== undefined && maySeeCentre(ctx.actor, centre.id)
}

/** The centres that match a name best, among those that the actor may see; deleted ones if no other matches. */
export async function centresNamed(
  db: Kysely<Store>,
  { text, ctx }: CentreSearch,
): Promise<Matches<NamedCentre>> {
  const search = { words: wordsToFind(text), visible: visibleCentres(ctx.actor) }
  return bestMatches(streamCentresCalled(db, search), text, centreNames)
}

/** The refusal for a name that no centre has; suggests centres with similar names. */
export async function centreNotFoundByName(
  db: Kysely<Store>,
  { text, ctx }: CentreSearch,
): Promise<NotFound | NotPermitted> {
  const all = streamCentresByName(db, { words: [], deleted: false, visible: visibleCentres(ctx.actor) })
  const number = likelyNumber(text)
  const withNumber = number === undefined ? undefined : await findCentreByNumber(db, number)
  const findNearest = async () =>
    withNumber && maySeeCentre(ctx.actor, withNumber.id) ? [withNumber] : nearestNames(all, text, centreNames)
  const candidates = isDeleting(ctx.actor) ? [] : (await findNearest()).map(centreCandidate)
  const hint = hintOfNearest(candidates.map(({ number, name }) => `${number} (${name})`))
  if (ctx.actor.kind === 'user')
    return hiddenTarget({ actor: ctx.actor, at: ctx.at }, { name: text, subject: null, candidates, hint })
  return new NotFound('centre-not-found', `No centre is called '${text}'.`, {
    hint,
    details: { wanted: text, candidates },
  })
}

/** A text such as `EG001 Nile Academy`. */
export function describeCentre({ number, name }: NamedCentre): string {
  return `${number} ${name}`
}

export function centreCandidate({ number, name }: NamedCentre) {
  return { number, name }
}
