import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { type NamedUser, streamUsersByName } from '../../db/users/by-name.ts'
import { NotFound, type NotPermitted } from '../../errors.ts'
import { wordsIn } from '../../search-key.ts'
import { bestMatches, type Matches, nearestNames } from '../name-match.ts'
import { type RuleContext, takesAway } from '../permissions/actor.ts'
import { outsideView, visibleCentres } from '../permissions/decide.ts'
import { nameOf } from './account.ts'

/** Whether somebody whose account is deleted is meant: always, never, or where nobody else is called so. */
export type Deleted = 'only' | 'never' | 'if-nobody-else'

interface Search {
  text: string
  deleted: Deleted
  ctx: Pick<RuleContext, 'by' | 'at'>
}

const names = { nameOf: fullName, orElse: ({ email }: NamedUser) => email.slice(0, email.indexOf('@')) }

/** The people whom a name means, among those whom the actor may see. */
export async function usersNamed(
  db: Kysely<Store>,
  { text, deleted, ctx }: Search,
): Promise<Matches<NamedUser>> {
  const search = { words: wordsIn(text), visible: visibleCentres(ctx.by) }
  const live = { ...search, deleted: false }
  if (deleted !== 'only') {
    const found = await bestMatches(streamUsersByName(db, live), text, names)
    if (found.total > 0 || deleted === 'never') return found
  }
  const found = await bestMatches(streamUsersByName(db, { ...search, deleted: true }), text, names)
  // An address can have belonged to several accounts; the one deleted last is meant.
  const rows = [...new Map(found.rows.toReversed().map((row) => [row.email, row])).values()].reverse()
  return { rows, total: found.total - (found.rows.length - rows.length) }
}

/** Nobody is called so: the refusal, naming those whose name is nearly that. */
export async function nobodyNamed(
  db: Kysely<Store>,
  { text, deleted, ctx }: Search,
): Promise<NotFound | NotPermitted> {
  const visible = visibleCentres(ctx.by)
  const all = streamUsersByName(db, { words: [], deleted: deleted === 'only', visible })
  const near = takesAway(ctx.by) ? [] : await nearestNames(all, text, names)
  const candidates = near.map(userCandidate)
  const hint = near.length > 0 ? `Did you mean ${near.map(describeUser).join(', or ')}?` : undefined
  if (ctx.by.kind === 'user')
    return outsideView({ by: ctx.by, at: ctx.at }, { name: text, subject: null, candidates, hint })
  return new NotFound('user-not-found', `Nobody is called '${text}'.`, {
    hint: hint ?? "ssh-admin find looks for any part of a name, an address or a centre's name.",
    details: { wanted: text, candidates },
  })
}

/** `Omar Said <omar@school.example>, EG001 Nile Academy (suspended)` */
export function describeUser(user: NamedUser): string {
  const { centre, centreName, status } = user
  const place = centre === null ? 'no centre' : `${centre} ${centreName}`
  const person = fullName(user) === '' ? user.email : `${nameOf(user)} <${user.email}>`
  return `${person}, ${place}${status === 'active' ? '' : ` (${status})`}`
}

export function userCandidate(user: NamedUser) {
  const { email, centre, status } = user
  return { email, name: fullName(user), centre, status }
}

function fullName({ firstName, lastName }: NamedUser): string {
  return `${firstName} ${lastName}`.trim()
}
