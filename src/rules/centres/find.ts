import type { Kysely } from 'kysely'
import {
  centreIds,
  type CentreWithPeople,
  findCentreByNumber,
  findCentresByNumber,
} from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { hintOfNearest, NotFound, type NotPermitted, Usage } from '../../errors.ts'
import type { LookUp } from '../batch.ts'
import { isNoValue } from '../placeholders.ts'
import { shellWord } from '../../shell-word.ts'
import { type RuleContext, isDeleting } from '../permissions/actor.ts'
import { maySeeCentre, hiddenTarget, visibleCentres } from '../permissions/decide.ts'

const numberPattern = /^[A-Z0-9]{2,12}$/

/** A centre number in capitals, 2 to 12 letters and digits; undefined where the text is none. */
export function readCentreNumber(text: string): string | undefined {
  const number = text.trim().toUpperCase()
  return numberPattern.test(number) ? number : undefined
}

/** The number probably meant by a text with blanks or strokes, or with O for 0 and I or L for 1: `EG 900`, `EG9OO`. */
export function likelyNumber(text: string): string | undefined {
  const number = text.replace(/[\s.#_/-]/g, '').toUpperCase()
  const letters = /^[A-Z]{2}(?=[\dOIL]+$)/.exec(number)?.[0] ?? ''
  const digits = number.slice(letters.length).replace(/O/g, '0').replace(/[IL]/g, '1')
  return numberPattern.test(number) && /\d/.test(number) && /^\d+$/.test(digits)
    ? `${letters}${digits}`
    : undefined
}

/** Reads a centre number typed as an argument. @throws `invalid-number` */
export function parseCentreNumber(text: string): string {
  const number = readCentreNumber(text)
  if (number !== undefined) return number
  throw new Usage(`'${text}' is not a centre number: 2 to 12 letters and digits, such as EG001.`, {
    code: 'invalid-number',
    ...(text.includes('@') && {
      hint: `A centre is named by its number or its name. Where somebody is: ssh-admin users show ${shellWord(text.trim().toLowerCase())}`,
    }),
  })
}

/** Reads the number of a new centre, by the same rules as an import. @throws `invalid-number` */
export function parseNewCentreNumber(text: string): string {
  const number = parseCentreNumber(text)
  if (isPlaceholderNumber(number))
    throw new Usage(`'${text}' is not a centre number.`, {
      code: 'invalid-number',
      hint: 'Wait until the number is known.',
    })
  if (hasDigit(number)) return number
  throw new Usage(`'${text}' has no digit, and the number of a new centre has one: such as EG001.`, {
    code: 'invalid-number',
    hint: 'Letters alone are a word, or a name: --name says what the centre is called.',
  })
}

/** Whether the text has a digit, as every centre number does: letters alone are a word, such as TOTAL or DITTO. */
export function hasDigit(number: string): boolean {
  return /\d/.test(number)
}

/** Words for a number that is still to come, or for a test; also with a number: TBC1. */
const placeholderWord =
  /^(?:TBC|TBA|TBD|TBN|TODO|TEST|TESTING|TEMP|DUMMY|SAMPLE|EXAMPLE|NEW|PENDING|LATER|PLACEHOLDER)\d{0,3}$/
/** X or ? in place of letters or digits that are still to come: EGXXX, 50XXX. */
const placeholderSigns = /^[A-Z]{0,3}\d*(?:X{2,}|\?+)$|^X+$/

/** Whether the text stands for a number that is not known yet: a word for nothing, a test, or signs to be replaced. */
export function isPlaceholderNumber(text: string): boolean {
  const number = text.trim().toUpperCase()
  // A shortcut for the form that almost every number has: EG001, 50538.
  if (/^(?:[A-Z]{2})?\d*[1-9]\d*[A-Z]?$/.test(number)) return false
  if (placeholderSigns.test(number)) return true
  if (/^\d*[1-9]/.test(number)) return false
  const letters = number.replace(/[^\p{L}\p{N}?]/gu, '')
  return (
    letters === '' ||
    /^0+$/.test(letters) ||
    placeholderSigns.test(letters) ||
    placeholderWord.test(letters) ||
    isNoValue(number) ||
    isNoValue(letters)
  )
}

/**
 * A centre by its number, deleted ones included. @throws `centre-not-found`, naming the closest; `not-permitted`
 * for every number outside what the actor may see, whether or not the centre exists
 */
export async function findCentre(
  db: Kysely<Store>,
  number: string,
  ctx?: Pick<RuleContext, 'actor' | 'at'>,
): Promise<CentreWithPeople> {
  const centreNumber = parseCentreNumber(number)
  const centre = await findCentreByNumber(db, centreNumber)
  if (centre && (!ctx || maySeeCentre(ctx.actor, centre.id))) return centre
  throw await centreNotFound(db, centreNumber, ctx)
}

type CentresByNumber = ReadonlyMap<string, CentreWithPeople>

/** The centres with these numbers, read in one query; texts that are no centre number are ignored. */
export async function centresNumbered(
  db: Kysely<Store>,
  numbers: readonly string[],
): Promise<CentresByNumber> {
  const centreNumbers = [...new Set(numbers.flatMap((number) => readCentreNumber(number) ?? []))]
  const centres = await findCentresByNumber(db, centreNumbers)
  return new Map(centres.map((centre) => [centre.number, centre]))
}

/** `findCentre` among centres that were read already. */
export async function findCentreAmong(
  db: Kysely<Store>,
  { number, found, ctx }: { number: string; found: CentresByNumber; ctx: Pick<RuleContext, 'actor' | 'at'> },
): Promise<CentreWithPeople> {
  const centreNumber = parseCentreNumber(number)
  const centre = found.get(centreNumber)
  if (centre && maySeeCentre(ctx.actor, centre.id)) return centre
  throw await centreNotFound(db, centreNumber, ctx)
}

/** Looks up many centre numbers in one query. */
export function lookUpCentres(db: Kysely<Store>, ctx: Pick<RuleContext, 'actor' | 'at'>): LookUp<string> {
  return {
    keyOf: readCentreNumber,
    find: async (numbers) => (await centreIds(db, numbers)).keys(),
    refusal: (number) => centreNotFound(db, parseCentreNumber(number), ctx),
  }
}

/** The refusal for a number that no centre has, or none that the actor may see; suggests the closest. */
export async function centreNotFound(
  db: Kysely<Store>,
  number: string,
  ctx?: Pick<RuleContext, 'actor' | 'at'>,
): Promise<NotFound | NotPermitted> {
  // Imported here, because only a mistyped number needs it.
  const { closestCentres } = await import('../../db/users/closest.ts')
  const visible = ctx ? visibleCentres(ctx.actor) : 'all'
  const candidates = isDeleting(ctx?.actor) ? [] : await closestCentres(db, { number, visible })
  const hint = hintOfNearest(candidates.map(({ number, name }) => `${number} (${name})`))
  if (ctx?.actor.kind === 'user') {
    return hiddenTarget({ actor: ctx.actor, at: ctx.at }, { name: number, candidates, hint })
  }
  return new NotFound('centre-not-found', `There is no centre ${number}.`, {
    hint,
    details: { wanted: number, candidates },
  })
}

/** A centre by its number, for facts that everybody at a centre may see of it, whatever their roles. */
export async function findOwnCentre(
  db: Kysely<Store>,
  number: string,
  { actor, at }: Pick<RuleContext, 'actor' | 'at'>,
): Promise<CentreWithPeople> {
  if (actor.kind === 'staff') return findCentre(db, number, { actor, at })
  const centreNumber = parseCentreNumber(number)
  const centre = centreNumber === actor.centre.number ? await findCentreByNumber(db, centreNumber) : undefined
  if (centre) return centre
  throw hiddenTarget({ actor, at }, { name: centreNumber })
}
