import type { CentreWithPeople } from '../../db/centres/centres.ts'
import type { VisibleCentres } from '../../db/centres/visible.ts'
import type { CentreKind, HubRole } from '../../db/schema.ts'
import { NotPermitted } from '../../errors.ts'
import { refusalRecorder } from '../audit/record-refusal.ts'
import { isHubRole } from '../users/account.ts'
import type { ActingUser, Actor, RuleContext } from './actor.ts'
import {
  type Action,
  actions,
  type Grant,
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

/** The facts that decide which rows of the matrix apply to somebody. */
interface Holder {
  hubRole: HubRole | null
  roles: readonly string[]
  centre: CentreFacts | null
  /** The associate centres assigned to them, by id. */
  assigned: readonly number[]
}

/** The target of an action: a user, a centre, or a role to be granted. */
export interface Target {
  /** The name in messages: an address or a centre number. */
  name: string
  user?: Holder & { id: number }
  centre?: CentreFacts
  /** The role to be granted or revoked. */
  role?: string
  /** The roles that a new account would hold. */
  newUser?: Pick<Holder, 'hubRole' | 'roles'>
  /** The field to be edited, where it needs more rights than the others. */
  field?: 'address'
}

interface Decision {
  allowed: boolean
  /** The row of the matrix, or the sentence, that decides. */
  rule: string
}

/** Refuses what the matrix does not allow, and has the refusal recorded. @throws `not-permitted` */
export function permit(
  { actor, at }: Pick<RuleContext, 'actor' | 'at'>,
  action: Action,
  target: Target,
): void {
  if (actor.kind === 'staff') return
  if (isHidden(actor, target))
    throw hiddenTarget({ actor, at }, { name: target.name, userId: target.user?.id })
  const { allowed, rule } = decide(actor, action, target)
  if (allowed) return
  throw new NotPermitted(`${actor.email} may not do that (${action}) to ${target.name}: ${rule}.`, {
    hint: `ssh-admin roles check ${actor.email} ${action} ${checkArguments(target)}`,
    details: { action, target: target.name, rule },
    onRollback: refusalRecorder({ actor, at, action, subject: target.name, userId: target.user?.id, rule }),
  })
}

/** The arguments of `roles check` for a target; a person without an account yet is represented by their centre. */
function checkArguments({ name, user, centre, role, field }: Target): string {
  const subject = user ? name : (centre?.number ?? name)
  return [subject, ...(role ? ['--role', role] : []), ...(field ? ['--field', field] : [])].join(' ')
}

/** Whether the actor may do this, and by which rule; where they may not, the reason for the refusal. */
export function decide(actor: Actor, action: Action, target: Target): Decision {
  if (actor.kind === 'staff') return { allowed: true, rule: describeRow(staffRow) }
  if (isHidden(actor, target)) return { allowed: false, rule: outsideRule }
  const isOwn = target.user?.id === actor.id
  const ownRule = isOwn ? ownRefusal(action, target) : undefined
  if (ownRule !== undefined) return { allowed: false, rule: ownRule }
  const rows = matrixRowsFor(actor)
  const request = { action, target, isOwn }
  const granting = rows.find(({ grants }) => grants.some((grant) => covers(actor, grant, request)))
  if (!granting) return { allowed: false, rule: reasonForRefusal(actor, { rows, ...request }) }
  if (!isOwn && takesOver(action, target)) {
    const missing = missingPowers(actor, target)
    if (missing.length > 0) return { allowed: false, rule: describeMissingPowers(missing, target) }
  }
  return { allowed: true, rule: describeRow(granting) }
}

/** Why nobody may do this to their own account: it would change their own roles (removal takes all) or address. */
function ownRefusal(action: Action, target: Target): string | undefined {
  const changesRoles = ['users.remove', 'users.rights', 'roles.grant', 'roles.revoke'].includes(action)
  if (changesRoles) return 'nobody changes their own roles'
  return takesOver(action, target) ? 'nobody changes their own address, or issues their own PIN' : undefined
}

export function isAction(name: string): name is Action {
  return actions.some((action) => action === name)
}

/** The rows of the table that apply to the actor. */
export function rightsOf(actor: Actor): readonly { actor: string; may: string }[] {
  if (actor.kind === 'staff') return [staffRow]
  const rows = matrixRowsFor(actor).map((row) => ({ actor: row.actor, may: row.may }))
  return rows.length > 0 ? rows : [othersRow]
}

/** The centres that an actor may see: their own, and those where the matrix lets them do something. */
export function visibleCentres(actor: Actor): VisibleCentres {
  if (actor.kind === 'staff') return 'all'
  const rows = matrixRowsFor(actor)
  if (rows.length === 0) return []
  const others = rows.flatMap(({ grants }) => grants.flatMap((grant) => centresOfGrant(actor, grant)))
  return [...new Set([actor.centre.id, ...others])].sort((one, other) => one - other)
}

/** A sentence on what the actor may see, to explain an empty list; undefined for Cambridge staff, who see all. */
export function describeVisibility(actor: Actor): string | undefined {
  if (actor.kind === 'staff') return undefined
  const visible = visibleCentres(actor)
  if (visible === 'all') return undefined
  if (visible.length === 0)
    return `${actor.email} has no rights over other accounts, and sees neither people nor centres.`
  const others = visible.filter((id) => id !== actor.centre.id).length
  const suffix = others === 0 ? '' : ` and of ${others} associate ${others === 1 ? 'centre' : 'centres'}`
  return `${actor.email} sees what is of ${actor.centre.number}${suffix}, and nothing else.`
}

/** Whether the actor may learn what is at this centre; an account without a centre is seen by staff alone. */
export function maySeeCentre(actor: Actor, centreId: number | null): boolean {
  const visible = visibleCentres(actor)
  return visible === 'all' || (centreId !== null && visible.includes(centreId))
}

interface HiddenTarget {
  name: string
  /** The subject in the audit log; null for a person's name, because a person could not be erased from there. */
  subject?: string | null
  userId?: number
  /** The nearest matches among those that the actor may see; `hint` names them. */
  candidates?: readonly object[]
  hint?: string
}

const outsideRule = 'outside what the account may see'

/** The refusal for a target that does not exist or may not be seen: both get the same words. */
export function hiddenTarget(
  { actor, at }: { actor: ActingUser; at: Date },
  { name, subject = name, userId, candidates = [], hint }: HiddenTarget,
): NotPermitted {
  const action = actor.command.replaceAll(' ', '.')
  const rule = outsideRule
  return new NotPermitted(`${actor.email} may not see or change ${name}: it is ${rule}, if it is there.`, {
    hint: hint ?? 'If it is there, somebody at Cambridge, or at its centre, may.',
    details: { action, target: name, rule, candidates },
    onRollback: refusalRecorder({ actor, at, action, subject: subject ?? undefined, userId, rule }),
  })
}

function isHidden(actor: ActingUser, target: Target): boolean {
  return !maySeeCentre(actor, centreOf(target)?.id ?? null)
}

function centreOf({ user, centre }: Target): CentreFacts | null {
  return user ? user.centre : (centre ?? null)
}

function targetKindOf({ user }: Target): TargetKind {
  if (!user) return 'centre'
  return user.hubRole ?? 'teacher'
}

function matrixRowsFor({ hubRole, roles, centre, assigned }: Holder): MatrixRow[] {
  return matrix.filter(({ appliesTo }) => {
    if (appliesTo.hubRole && appliesTo.hubRole !== hubRole) return false
    if (appliesTo.kind && appliesTo.kind !== centre?.kind) return false
    if (appliesTo.role && !roles.includes(appliesTo.role)) return false
    return !appliesTo.assigned || assigned.length > 0
  })
}

interface PermissionRequest {
  action: Action
  target: Target
  /** The target is the actor's own account. */
  isOwn: boolean
}

function covers(actor: Holder, grant: Grant, { action, target, isOwn }: PermissionRequest): boolean {
  if (!grant.actions.includes(action) || !grant.targets.includes(targetKindOf(target))) return false
  if (grant.exceptOwn && isOwn) return false
  const { role } = target
  if (grant.roles && (role === undefined || !grant.roles.includes(role))) return false
  return meetsConditions(grant, target) && centresOfGrant(actor, grant).includes(centreOf(target)?.id ?? 0)
}

/** Whether the account, existing or new, meets the conditions of the grant. */
function meetsConditions(
  { creates, holdingOnly, withoutServiceRoles }: Grant,
  { user, newUser }: Target,
): boolean {
  const account = user ?? newUser
  if (!account) return true
  if (newUser && creates && !creates.includes(newUser.hubRole)) return false
  if (holdingOnly && (account.hubRole !== null || account.roles.join() !== holdingOnly.join())) return false
  return !withoutServiceRoles || serviceRolesOf(account).length === 0
}

function centresOfGrant({ centre, assigned }: Holder, { at }: Grant): number[] {
  return [...(at.includes('own') && centre ? [centre.id] : []), ...(at.includes('assigned') ? assigned : [])]
}

/** Whether the action lets the actor take the account over: changing its address, issuing or showing its PIN. */
function takesOver(action: Action, { field }: Target): boolean {
  return action === 'users.pin' || (action === 'users.edit' && field === 'address')
}

/**
 * The powers of the account that the actor neither holds at its centre nor may grant there. Every role is a power,
 * service roles included, and so is each assigned associate centre; `teacher` counts as none.
 */
function missingPowers(actor: Holder, target: Target): string[] {
  const { user } = target
  if (!user) return []
  const centreId = centreOf(target)?.id ?? 0
  const isAtCentre = actor.centre?.id === centreId
  const holdsOrMayGrant = (role: string) =>
    (isAtCentre && (actor.hubRole === role || actor.roles.includes(role))) ||
    mayGrant(actor, { role, centreId })
  const roles = [
    ...(user.hubRole && user.hubRole !== 'teacher' ? [user.hubRole] : []),
    ...serviceRolesOf(user),
  ]
  const centres = user.assigned.filter((id) => !actor.assigned.includes(id))
  return [
    ...roles.filter((role) => !holdsOrMayGrant(role)),
    ...(centres.length > 0 ? [`associate centres (${centres.length})`] : []),
  ]
}

function mayGrant(actor: Holder, { role, centreId }: { role: string; centreId: number }): boolean {
  const action = role === 'admin' ? 'users.rights' : 'roles.grant'
  return matrixRowsFor(actor).some(({ grants }) =>
    grants.some(
      (grant) =>
        grant.actions.includes(action) &&
        (action === 'users.rights' || grant.roles?.includes(role) === true) &&
        centresOfGrant(actor, grant).includes(centreId),
    ),
  )
}

function serviceRolesOf({ roles }: Pick<Holder, 'roles'>): string[] {
  return roles.filter((role) => !isHubRole(role))
}

function describeMissingPowers(missing: readonly string[], { user }: Target): string {
  const words = `the account holds what you neither have nor may grant there: ${missing.join(', ')}`
  return user ? `${words}; ${whoMayTakeOver(user)}` : words
}

/** Who may take the account over, for the refusal. */
function whoMayTakeOver({ hubRole, roles, assigned }: Holder): string {
  const service = serviceRolesOf({ roles })
  if (hubRole === 'coordinator' || assigned.length > 0) return 'Cambridge staff may'
  if (hubRole === 'admin') return service.length > 0 ? 'Cambridge staff may' : 'an administrator there may'
  return service.every((role) => rolesOfUserManagement.includes(role))
    ? 'a holder of user-management there may'
    : 'Cambridge staff may'
}

/** Why this was refused, never a list of what would be allowed. */
function reasonForRefusal(
  actor: ActingUser,
  { rows, action, target, isOwn }: PermissionRequest & { rows: readonly MatrixRow[] },
): string {
  if (rows.length === 0) return 'it has no rights over other accounts'
  const { user, newUser, role } = target
  const centre = centreOf(target)
  const grantsOfAction = rows.flatMap(({ grants }) =>
    grants.filter((grant) => grant.actions.includes(action)),
  )
  if (user?.hubRole === 'coordinator') return `that is the account of the coordinator of ${centre?.number}`
  if (grantsOfAction.length === 0) {
    if (action === 'users.add-admin' || action === 'users.rights') return 'a role you could not grant: admin'
    if (role !== undefined) return `a role you could not grant: ${role}`
    return `that is nothing that the ${rows.map(({ actor }) => actor).join(', or the ')} may do`
  }
  const grantsAtCentre = grantsOfAction.filter((grant) =>
    centresOfGrant(actor, grant).includes(centre?.id ?? 0),
  )
  if (grantsAtCentre.length === 0) return `that is not yours to do at ${centre?.number ?? 'no centre'}`
  if (role !== undefined && grantsAtCentre.every(({ roles }) => roles && !roles.includes(role))) {
    return `a role you could not grant: ${role}`
  }
  if (isOwn) return 'that is your own account'
  if (
    newUser &&
    newUser.hubRole !== null &&
    grantsAtCentre.every(({ creates }) => !creates?.includes(newUser.hubRole))
  ) {
    return `a role you could not grant: ${newUser.hubRole}`
  }
  if (grantsAtCentre.some(({ holdingOnly }) => holdingOnly)) {
    return 'the account would have to hold access-to-scripts and nothing else'
  }
  if (user && grantsAtCentre.some(({ withoutServiceRoles }) => withoutServiceRoles)) {
    return `the account holds ${serviceRolesOf(user).join(', ')}; a holder of user-management there may`
  }
  return `that is nothing that the ${rows.map(({ actor }) => actor).join(', or the ')} may do`
}

function describeRow({ actor, may }: { actor: string; may: string }): string {
  return `${actor}: ${may}`
}

/** The target of a permission check: this centre, or a new user there. */
export function centreTarget(centre: CentreWithPeople, name: string = centre.number): Target {
  const { id, number, kind } = centre
  return { name, centre: { id, number, kind } }
}
