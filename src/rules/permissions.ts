import type { CentreKind, HubRole } from '../db/schema.ts'
import type { Trx } from '../db/transact.ts'
import type { VisibleCentres } from '../db/visible.ts'
import { NotPermitted } from '../errors.ts'
import type { Actor, ActingUser, Given } from './actor.ts'
import {
  type Action,
  actions,
  type Grant,
  looking,
  type MatrixRow,
  matrix,
  othersRow,
  staffRow,
  type Whom,
  withoutActor,
} from './matrix.ts'
import { record } from './record.ts'

export type { Action } from './matrix.ts'

interface CentreFacts {
  id: number
  number: string
  kind: CentreKind
  associateId?: number | null
}

/** What decides which lines of the matrix somebody holds. */
interface Holder {
  hubRole: HubRole | null
  roles: readonly string[]
  centre: CentreFacts | null
  /** The associate centres assigned to them, by id. */
  assigned: readonly number[]
}

/** What it is done to: a user, a centre, a role to be given. */
export interface Target {
  /** As a message names it: an address or a centre number. */
  name: string
  user?: Holder & { id: number }
  centre?: CentreFacts
  /** The role to be granted or revoked. */
  role?: string
  /** What is edited, where some of it is more than the rest. */
  field?: 'address'
}

export interface Decision {
  allowed: boolean
  /** The line of the matrix, or the sentence, that decides. */
  rule: string
}

/** Lets pass what the matrix allows; anything else is refused, and the refusal recorded. */
export function permit({ by, at }: Pick<Given, 'by' | 'at'>, action: Action, target: Target): void {
  if (by.kind === 'staff') return
  if (isOutside(by, target)) throw outsideView({ by, at }, { name: target.name, userId: target.user?.id })
  const { allowed, rule } = decide(by, action, target)
  if (allowed) return
  throw new NotPermitted(`${by.email} may not do that (${action}) to ${target.name}: ${rule}.`, {
    hint: `ssh-admin roles check ${by.email} ${action} ${askedOf(target)}`,
    details: { action, target: target.name, rule },
    keep: (trx: Trx) =>
      record(trx, {
        by,
        at,
        action,
        subject: target.name,
        userId: target.user?.id,
        kind: 'refusal',
        facts: { rule },
      }),
  })
}

/** As it is typed; somebody who has no account yet is asked for by their centre. */
function askedOf({ name, user, centre, role, field }: Target): string {
  const whom = user ? name : (centre?.number ?? name)
  return [whom, ...(role ? ['--role', role] : []), ...(field ? ['--field', field] : [])].join(' ')
}

/** Whether the actor may do it, and which rule says so. */
export function decide(by: Actor, action: Action, target: Target): Decision {
  if (by.kind === 'staff') return { allowed: true, rule: said(staffRow) }
  if (isOutside(by, target)) return { allowed: false, rule: outside }
  const { user, role } = target
  if (user?.id === by.id && isAboutRoles(action)) {
    return { allowed: false, rule: 'nobody changes their own roles' }
  }
  const held = rowsOf(by)
  const isOwn = user?.id === by.id
  const wanted = { action, whom: whomOf(target), role, isOwn, centreId: centreOf(target)?.id ?? 0 }
  const granting = held.find(({ grants }) => grants.some((grant) => covers(by, grant, wanted)))
  if (!granting) {
    return { allowed: false, rule: held.length > 0 ? held.map(said).join('; and ') : said(othersRow) }
  }
  if (user && user.id !== by.id && isSensitive(action, target) && !mayAllThat(by, user)) {
    return {
      allowed: false,
      rule: 'nobody changes the address, password or roles of somebody who may do what they may not',
    }
  }
  return { allowed: true, rule: said(granting) }
}

/** Whether a user may run the command at all: what is in no list is for Cambridge staff. */
export function mayRun(command: string): boolean {
  const name = command.replaceAll(' ', '.')
  const [noun = ''] = name.split('.')
  if (looking.includes(name) || withoutActor.includes(name) || withoutActor.includes(noun)) return true
  return matrix.some(({ grants }) => grants.some((grant) => grant.actions.some((action) => action === name)))
}

export function isAction(name: string): name is Action {
  return actions.some((action) => action === name)
}

/** The centres that an actor may see: their own, and those where the matrix lets them do something. */
export function visibleCentres(by: Actor): VisibleCentres {
  if (by.kind === 'staff') return 'all'
  const rows = rowsOf(by)
  if (rows.length === 0) return []
  const others = rows.flatMap(({ grants }) => grants.flatMap((grant) => placesOf(by, grant)))
  return [...new Set([by.centre.id, ...others])].sort((one, other) => one - other)
}

/** Whether the actor may learn what is at this centre; an account without a centre is seen by staff alone. */
export function mayLearnOf(by: Actor, centreId: number | null): boolean {
  const visible = visibleCentres(by)
  return visible === 'all' || (centreId !== null && visible.includes(centreId))
}

interface Unseen {
  name: string
  userId?: number
  /** The nearest of what the actor may see, and how a hint names them. */
  candidates?: readonly object[]
  hint?: string
}

const outside = 'outside what the account may see'

/** What is not there and what may not be seen read the same. */
export function outsideView(
  { by, at }: { by: ActingUser; at: Date },
  { name, userId, candidates = [], hint }: Unseen,
): NotPermitted {
  const action = by.command.replaceAll(' ', '.')
  const rule = outside
  return new NotPermitted(`${by.email} may not see or change ${name}: it is ${rule}, if it is there.`, {
    hint: hint ?? 'If it is there, somebody at Cambridge, or at its centre, may.',
    details: { action, target: name, rule, candidates },
    keep: (trx: Trx) =>
      record(trx, {
        by,
        at,
        action,
        subject: name,
        userId,
        kind: 'refusal',
        facts: { rule },
      }),
  })
}

function isOutside(by: ActingUser, target: Target): boolean {
  return !mayLearnOf(by, centreOf(target)?.id ?? null)
}

function centreOf({ user, centre }: Target): CentreFacts | null {
  return user ? user.centre : (centre ?? null)
}

function whomOf({ user }: Target): Whom {
  if (!user) return 'centre'
  return user.hubRole ?? 'teacher'
}

function rowsOf({ hubRole, roles, centre, assigned }: Holder): MatrixRow[] {
  return matrix.filter(({ held }) => {
    if (held.hubRole && held.hubRole !== hubRole) return false
    if (held.kind && held.kind !== centre?.kind) return false
    if (held.role && !roles.includes(held.role)) return false
    return !held.assigned || assigned.length > 0
  })
}

interface Wanted {
  action: Action
  whom: Whom
  role: string | undefined
  /** The target is the actor's own account. */
  isOwn: boolean
  centreId: number
}

function covers(by: Holder, grant: Grant, { action, whom, role, isOwn, centreId }: Wanted): boolean {
  if (!grant.actions.includes(action) || !grant.whom.includes(whom)) return false
  if (grant.others && isOwn) return false
  if (grant.roles && (role === undefined || !grant.roles.includes(role))) return false
  return placesOf(by, grant).includes(centreId)
}

function placesOf({ centre, assigned }: Holder, { at }: Grant): number[] {
  return [...(at.includes('own') && centre ? [centre.id] : []), ...(at.includes('assigned') ? assigned : [])]
}

function isAboutRoles(action: Action): boolean {
  return action === 'users.rights' || action === 'roles.grant' || action === 'roles.revoke'
}

function isSensitive(action: Action, { field }: Target): boolean {
  if (action === 'users.edit') return field === 'address'
  return isAboutRoles(action) || action === 'users.reset-password' || action === 'users.pin'
}

/** Whether the one may do everything that the other may. */
function mayAllThat(by: Holder, other: Holder): boolean {
  const own = powersOf(by)
  return [...powersOf(other)].every((power) => own.has(power))
}

function powersOf(holder: Holder): Set<string> {
  const powers = new Set<string>()
  for (const grant of rowsOf(holder).flatMap(({ grants }) => grants)) {
    for (const action of grant.actions) {
      for (const whom of grant.whom) {
        for (const role of grant.roles ?? ['']) {
          for (const place of placesOf(holder, grant)) powers.add(`${action} ${whom} ${role} ${place}`)
        }
      }
    }
  }
  return powers
}

function said({ actor, may }: { actor: string; may: string }): string {
  return `${actor}: ${may}`
}
