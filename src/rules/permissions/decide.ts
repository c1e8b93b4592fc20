import type { CentreWithPeople } from '../../db/centres/centres.ts'
import type { VisibleCentres } from '../../db/centres/visible.ts'
import type { CentreKind, HubRole } from '../../db/schema.ts'
import { NotPermitted } from '../../errors.ts'
import { recordingRefusal } from '../audit/record-refusal.ts'
import { isHubRole } from '../users/account.ts'
import type { ActingUser, Actor, RuleContext } from './actor.ts'
import {
  type Action,
  actions,
  actsForNobody,
  type Grant,
  readOnlyCommands,
  matrix,
  type MatrixRow,
  rolesOfUserManagement,
  othersRow,
  staffRow,
  type TargetKind,
} from './matrix.ts'

export type { Action } from './matrix.ts'

interface CentreFacts {
  id: number
  number: string
  kind: CentreKind
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
  /** What an account that is to be made will hold. */
  newUser?: Pick<Holder, 'hubRole' | 'roles'>
  /** What is edited, where some of it is more than the rest. */
  field?: 'address'
}

interface Decision {
  allowed: boolean
  /** The line of the matrix, or the sentence, that decides. */
  rule: string
}

/** Lets pass what the matrix allows; anything else is refused, and the refusal recorded. */
export function permit({ by, at }: Pick<RuleContext, 'by' | 'at'>, action: Action, target: Target): void {
  if (by.kind === 'staff') return
  if (isOutside(by, target)) throw outsideView({ by, at }, { name: target.name, userId: target.user?.id })
  const { allowed, rule } = decide(by, action, target)
  if (allowed) return
  throw new NotPermitted(`${by.email} may not do that (${action}) to ${target.name}: ${rule}.`, {
    hint: `ssh-admin roles check ${by.email} ${action} ${askedOf(target)}`,
    details: { action, target: target.name, rule },
    onRollback: recordingRefusal({ by, at, action, subject: target.name, userId: target.user?.id, rule }),
  })
}

/** As it is typed; somebody who has no account yet is asked for by their centre. */
function askedOf({ name, user, centre, role, field }: Target): string {
  const whom = user ? name : (centre?.number ?? name)
  return [whom, ...(role ? ['--role', role] : []), ...(field ? ['--field', field] : [])].join(' ')
}

/** Whether the actor may do it, and which rule says so; where they may not, why this was refused. */
export function decide(by: Actor, action: Action, target: Target): Decision {
  if (by.kind === 'staff') return { allowed: true, rule: said(staffRow) }
  if (isOutside(by, target)) return { allowed: false, rule: outside }
  const isOwn = target.user?.id === by.id
  const own = isOwn ? ownRefusal(action, target) : undefined
  if (own !== undefined) return { allowed: false, rule: own }
  const held = rowsOf(by)
  const request = { action, target, isOwn }
  const granting = held.find(({ grants }) => grants.some((grant) => covers(by, grant, request)))
  if (!granting) return { allowed: false, rule: reasonForRefusal(by, { held, ...request }) }
  if (!isOwn && takesOver(action, target)) {
    const missing = powersNotHeld(by, target)
    if (missing.length > 0) return { allowed: false, rule: beyondInWords(missing, target) }
  }
  return { allowed: true, rule: said(granting) }
}

/** Nobody changes their own roles or their own address: being removed is losing every role. */
function ownRefusal(action: Action, target: Target): string | undefined {
  const changesRoles = ['users.remove', 'users.rights', 'roles.grant', 'roles.revoke'].includes(action)
  if (changesRoles) return 'nobody changes their own roles'
  return takesOver(action, target) ? 'nobody changes their own address, or issues their own PIN' : undefined
}

/** Whether a user may run the command at all: what is in no list is for Cambridge staff. */
export function mayRun(command: string): boolean {
  const name = command.replaceAll(' ', '.')
  if (readOnlyCommands.includes(name) || actsForNobody(command)) return true
  return matrix.some(({ grants }) => grants.some((grant) => grant.actions.some((action) => action === name)))
}

export function isAction(name: string): name is Action {
  return actions.some((action) => action === name)
}

/** What the actor may do, as the table says it: the rows that hold for them. */
export function rightsOf(by: Actor): readonly { actor: string; may: string }[] {
  if (by.kind === 'staff') return [staffRow]
  const rows = rowsOf(by).map(({ actor, may }) => ({ actor, may }))
  return rows.length > 0 ? rows : [othersRow]
}

/** The centres that an actor may see: their own, and those where the matrix lets them do something. */
export function visibleCentres(by: Actor): VisibleCentres {
  if (by.kind === 'staff') return 'all'
  const rows = rowsOf(by)
  if (rows.length === 0) return []
  const others = rows.flatMap(({ grants }) => grants.flatMap((grant) => placesOf(by, grant)))
  return [...new Set([by.centre.id, ...others])].sort((one, other) => one - other)
}

/** What somebody may see, and therefore why a list is empty for them; nothing of Cambridge staff, who see all. */
export function seenBy(by: Actor): string | undefined {
  if (by.kind === 'staff') return undefined
  const seen = visibleCentres(by)
  if (seen === 'all') return undefined
  if (seen.length === 0)
    return `${by.email} has no rights over other accounts, and sees neither people nor centres.`
  const others = seen.filter((id) => id !== by.centre.id).length
  const more = others === 0 ? '' : ` and of ${others} associate ${others === 1 ? 'centre' : 'centres'}`
  return `${by.email} sees what is of ${by.centre.number}${more}, and nothing else.`
}

/** Whether the actor may learn what is at this centre; an account without a centre is seen by staff alone. */
export function mayLearnOf(by: Actor, centreId: number | null): boolean {
  const visible = visibleCentres(by)
  return visible === 'all' || (centreId !== null && visible.includes(centreId))
}

interface HiddenTarget {
  name: string
  /** What the log says of it; null for a name of a person, who could not be erased from there. */
  subject?: string | null
  userId?: number
  /** The nearest of what the actor may see, and how a hint names them. */
  candidates?: readonly object[]
  hint?: string
}

const outside = 'outside what the account may see'

/** What is not there and what may not be seen read the same. */
export function outsideView(
  { by, at }: { by: ActingUser; at: Date },
  { name, subject = name, userId, candidates = [], hint }: HiddenTarget,
): NotPermitted {
  const action = by.command.replaceAll(' ', '.')
  const rule = outside
  return new NotPermitted(`${by.email} may not see or change ${name}: it is ${rule}, if it is there.`, {
    hint: hint ?? 'If it is there, somebody at Cambridge, or at its centre, may.',
    details: { action, target: name, rule, candidates },
    onRollback: recordingRefusal({ by, at, action, subject: subject ?? undefined, userId, rule }),
  })
}

function isOutside(by: ActingUser, target: Target): boolean {
  return !mayLearnOf(by, centreOf(target)?.id ?? null)
}

function centreOf({ user, centre }: Target): CentreFacts | null {
  return user ? user.centre : (centre ?? null)
}

function targetKindOf({ user }: Target): TargetKind {
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

interface PermissionRequest {
  action: Action
  target: Target
  /** The target is the actor's own account. */
  isOwn: boolean
}

function covers(by: Holder, grant: Grant, { action, target, isOwn }: PermissionRequest): boolean {
  if (!grant.actions.includes(action) || !grant.targets.includes(targetKindOf(target))) return false
  if (grant.others && isOwn) return false
  const { role } = target
  if (grant.roles && (role === undefined || !grant.roles.includes(role))) return false
  return fits(grant, target) && placesOf(by, grant).includes(centreOf(target)?.id ?? 0)
}

/** Whether the account, there already or to be made, is one of those that the line is about. */
function fits({ creates, holdingOnly, withoutServiceRoles }: Grant, { user, newUser }: Target): boolean {
  const account = user ?? newUser
  if (!account) return true
  if (newUser && creates && !creates.includes(newUser.hubRole)) return false
  if (holdingOnly && (account.hubRole !== null || account.roles.join() !== holdingOnly.join())) return false
  return !withoutServiceRoles || serviceRolesOf(account).length === 0
}

function placesOf({ centre, assigned }: Holder, { at }: Grant): number[] {
  return [...(at.includes('own') && centre ? [centre.id] : []), ...(at.includes('assigned') ? assigned : [])]
}

/** Changing the address, issuing or showing the PIN: whoever does it can be the account from then on. */
function takesOver(action: Action, { field }: Target): boolean {
  return action === 'users.pin' || (action === 'users.edit' && field === 'address')
}

/**
 * What the account may that the actor neither has there nor may grant there: every role is a power, the
 * service roles too, and so is each centre that is acted for. `teacher` counts as none.
 */
function powersNotHeld(by: Holder, target: Target): string[] {
  const { user } = target
  if (!user) return []
  const centreId = centreOf(target)?.id ?? 0
  const isThere = by.centre?.id === centreId
  const has = (role: string) =>
    (isThere && (by.hubRole === role || by.roles.includes(role))) || mayGrant(by, { role, centreId })
  const roles = [
    ...(user.hubRole && user.hubRole !== 'teacher' ? [user.hubRole] : []),
    ...serviceRolesOf(user),
  ]
  const centres = user.assigned.filter((id) => !by.assigned.includes(id))
  return [
    ...roles.filter((role) => !has(role)),
    ...(centres.length > 0 ? [`associate centres (${centres.length})`] : []),
  ]
}

function mayGrant(by: Holder, { role, centreId }: { role: string; centreId: number }): boolean {
  const action = role === 'admin' ? 'users.rights' : 'roles.grant'
  return rowsOf(by).some(({ grants }) =>
    grants.some(
      (grant) =>
        grant.actions.includes(action) &&
        (action === 'users.rights' || grant.roles?.includes(role) === true) &&
        placesOf(by, grant).includes(centreId),
    ),
  )
}

function serviceRolesOf({ roles }: Pick<Holder, 'roles'>): string[] {
  return roles.filter((role) => !isHubRole(role))
}

function beyondInWords(missing: readonly string[], { user }: Target): string {
  const words = `the account holds what you neither have nor may grant there: ${missing.join(', ')}`
  return user ? `${words}; ${whoMayTakeOver(user)}` : words
}

/** The refusal says who may. */
function whoMayTakeOver({ hubRole, roles, assigned }: Holder): string {
  const service = serviceRolesOf({ roles })
  if (hubRole === 'coordinator' || assigned.length > 0) return 'Cambridge staff may'
  if (hubRole === 'admin') return service.length > 0 ? 'Cambridge staff may' : 'an administrator there may'
  return service.every((role) => rolesOfUserManagement.includes(role))
    ? 'a holder of user-management there may'
    : 'Cambridge staff may'
}

/** Why this was refused, and not what would be allowed. */
function reasonForRefusal(
  by: ActingUser,
  { held, action, target, isOwn }: PermissionRequest & { held: readonly MatrixRow[] },
): string {
  if (held.length === 0) return 'it has no rights over other accounts'
  const { user, newUser, role } = target
  const centre = centreOf(target)
  const of = held.flatMap(({ grants }) => grants.filter((grant) => grant.actions.includes(action)))
  if (user?.hubRole === 'coordinator') return `that is the account of the coordinator of ${centre?.number}`
  if (of.length === 0) {
    if (action === 'users.add-admin' || action === 'users.rights') return 'a role you could not grant: admin'
    if (role !== undefined) return `a role you could not grant: ${role}`
    return `that is nothing that the ${held.map(({ actor }) => actor).join(', or the ')} may do`
  }
  const there = of.filter((grant) => placesOf(by, grant).includes(centre?.id ?? 0))
  if (there.length === 0) return `that is not yours to do at ${centre?.number ?? 'no centre'}`
  if (role !== undefined && there.every(({ roles }) => roles && !roles.includes(role))) {
    return `a role you could not grant: ${role}`
  }
  if (isOwn) return 'that is your own account'
  if (
    newUser &&
    newUser.hubRole !== null &&
    there.every(({ creates }) => !creates?.includes(newUser.hubRole))
  ) {
    return `a role you could not grant: ${newUser.hubRole}`
  }
  if (there.some(({ holdingOnly }) => holdingOnly)) {
    return 'the account would have to hold access-to-scripts and nothing else'
  }
  if (user && there.some(({ withoutServiceRoles }) => withoutServiceRoles)) {
    return `the account holds ${serviceRolesOf(user).join(', ')}; a holder of user-management there may`
  }
  return `that is nothing that the ${held.map(({ actor }) => actor).join(', or the ')} may do`
}

function said({ actor, may }: { actor: string; may: string }): string {
  return `${actor}: ${may}`
}

/** What a permission is asked for: this centre, or somebody new there. */
export function onCentre(centre: CentreWithPeople, name: string = centre.number): Target {
  const { id, number, kind } = centre
  return { name, centre: { id, number, kind } }
}
