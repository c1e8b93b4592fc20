import type { Kysely } from 'kysely'
import { type NamedCentre, streamCentresByName } from '../../db/centres/by-name.ts'
import { findCentreByNumber } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { NotFound, type NotPermitted } from '../../errors.ts'
import { wordsIn } from '../../search-key.ts'
import { bestMatches, type Matches, nearestNames } from '../name-match.ts'
import { type RuleContext, takesAway } from '../permissions/actor.ts'
import { mayLearnOf, outsideView, visibleCentres } from '../permissions/decide.ts'
import { readCentreNumber } from './find.ts'

interface Search {
  text: string
  ctx: Pick<RuleContext, 'by' | 'at'>
}

const names = { nameOf: ({ name }: NamedCentre) => name }

/** Whether it is the number of a centre that the actor may see. */
export async function isKnownNumber(db: Kysely<Store>, { text, ctx }: Search): Promise<boolean> {
  const number = readCentreNumber(text)
  const centre = number === undefined ? undefined : await findCentreByNumber(db, number)
  return centre !== undefined && mayLearnOf(ctx.by, centre.id)
}

/** The centres that a part of their name means, among those that the actor may see; deleted ones where no other is called so. */
export async function centresNamed(db: Kysely<Store>, { text, ctx }: Search): Promise<Matches<NamedCentre>> {
  const search = { words: wordsIn(text), visible: visibleCentres(ctx.by) }
  const live = await bestMatches(streamCentresByName(db, { ...search, deleted: false }), text, names)
  if (live.total > 0) return live
  return bestMatches(streamCentresByName(db, { ...search, deleted: true }), text, names)
}

/** No centre is called so: the refusal, naming those whose name is nearly that. */
export async function noCentreNamed(
  db: Kysely<Store>,
  { text, ctx }: Search,
): Promise<NotFound | NotPermitted> {
  const all = streamCentresByName(db, { words: [], deleted: false, visible: visibleCentres(ctx.by) })
  const candidates = takesAway(ctx.by) ? [] : (await nearestNames(all, text, names)).map(centreCandidate)
  const hint =
    candidates.length > 0
      ? `Did you mean ${candidates.map(({ number, name }) => `${number} (${name})`).join(', or ')}?`
      : undefined
  if (ctx.by.kind === 'user')
    return outsideView({ by: ctx.by, at: ctx.at }, { name: text, subject: null, candidates, hint })
  return new NotFound('centre-not-found', `No centre is called '${text}'.`, {
    hint,
    details: { wanted: text, candidates },
  })
}

/** `EG001 Nile Academy` */
export function describeCentre({ number, name }: NamedCentre): string {
  return `${number} ${name}`
}

export function centreCandidate({ number, name }: NamedCentre) {
  return { number, name }
}
