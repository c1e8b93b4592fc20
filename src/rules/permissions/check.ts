import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { hintOfNearest, Usage } from '../../errors.ts'
import { nearestOf } from '../../nearest.ts'
import type { RuleContext } from './actor.ts'
import { actingUser } from './find-actor.ts'
import { userTarget } from '../users/changed.ts'
import { resolveRole } from '../roles/resolve.ts'
import { findCentre } from '../centres/find.ts'
import { findUser } from '../users/find.ts'
import { type Action, actions } from './matrix.ts'
import { decide, isAction, centreTarget, type Target } from './decide.ts'

interface Question {
  email: string
  action: Action
  /** An address or a centre number. */
  target: string
  /** The role's name; needed where a role is granted or revoked. */
  role?: string | undefined
  field?: 'address'
  ctx: RuleContext
}

export interface PermissionCheck {
  actor: string
  action: Action
  target: string
  allowed: boolean
  rule: string
}

/** Whether this actor may do that, and by which rule. */
export async function checkPermission(
  db: Kysely<Store>,
  { email, action, target: name, role, field, ctx }: Question,
): Promise<PermissionCheck> {
  const account = await findUser(db, { email, ...ctx })
  const target = await findTarget(db, { name, ctx })
  const actor = actingUser(account, ctx.actor)
  const { allowed, rule } = actor
    ? decide(actor, action, { ...target, role, field })
    : { allowed: false, rule: `only somebody who can sign in may act (${account.blocker})` }
  return { actor: account.email, action, target: target.name, allowed, rule }
}

/** Reads the action and the role of a question. @throws Usage for an unknown action or role, or a missing role */
export function parseRight({
  action: typed,
  target,
  role,
}: {
  action: string
  target: string
  role?: string | undefined
}): Pick<Question, 'action' | 'role'> {
  const action = parseAction(typed, target)
  return { action, role: parseRole(role, action) }
}

/** Reads `users.suspend` or `users suspend`; for a verb alone, actions on the target's kind are suggested first. */
function parseAction(text: string, target: string): Action {
  const name = text.trim().replace(/\s+/g, '.').toLowerCase()
  if (isAction(name)) return name
  const noun = target.includes('@') ? 'users.' : 'centres.'
  const ofVerb = actions
    .filter((action) => action.endsWith(`.${name}`))
    .toSorted((a, b) => Number(b.startsWith(noun)) - Number(a.startsWith(noun)))
    .slice(0, 3)
  const candidates = ofVerb.length > 0 ? ofVerb : nearestOf(name, actions)
  throw new Usage(`There is no action '${text}'.`, {
    code: 'unknown-action',
    hint: hintOfNearest(candidates) ?? 'An action is named as its command is: users.suspend',
    details: { wanted: text, candidates },
  })
}

/** @throws Usage where no role is given and the answer depends on the role */
function parseRole(name: string | undefined, action: Action): string | undefined {
  if (name === undefined) {
    if (action !== 'roles.grant' && action !== 'roles.revoke') return undefined
    throw new Usage(`Which role? It decides whether ${action} is allowed.`, {
      optionToAdd: ['--role', 'ROLE'],
    })
  }
  return resolveRole(name).name
}

async function findTarget(
  db: Kysely<Store>,
  { name, ctx }: { name: string; ctx: RuleContext },
): Promise<Target> {
  if (name.includes('@')) return userTarget(await findUser(db, { email: name, ...ctx }))
  return centreTarget(await findCentre(db, name, ctx))
}
