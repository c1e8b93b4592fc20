import { Refused, Usage } from '../../errors.ts'
import type { Actor, RuleContext } from '../permissions/actor.ts'
import { decide, permit, type Target } from '../permissions/decide.ts'
import { unknownName } from '../unknown-name.ts'
import {
  catalogue,
  findRole,
  findSite,
  rolesOfService,
  progressionTestSites,
  type Role,
  type Site,
  sites,
} from './catalogue.ts'
import { isHubRole } from '../users/account.ts'

export interface ResolvedRoles {
  admin: boolean
  teacher: boolean
  /** Service roles only. */
  roles: string[]
  /** Roles that are derived, or given by the coordinator commands: see `refuseUngrantable`. */
  ungrantable: Role[]
}

/** Reads roles as they were typed or written in a table. @throws `unknown-role` */
export function resolveRoles(names: readonly string[]): ResolvedRoles {
  const chosen = [...new Set(names.map(resolveRole))]
  const ungrantable = chosen.filter(isUngrantable)
  const roles = chosen.filter((role) => !isUngrantable(role)).map(({ name }) => name)
  return {
    admin: roles.includes('admin'),
    teacher: roles.includes('teacher'),
    roles: roles.filter((role) => !isHubRole(role)).sort(),
    ungrantable,
  }
}

/** @throws `unknown-role`, with the nearest */
export function resolveRole(name: string): Role {
  const role = findRole(name)
  if (role) return role
  // A service that is named for a role stands for its roles.
  const serviceRoles = rolesOfService(name)
  throw unknownName({
    kind: 'role',
    name,
    known: serviceRoles.length > 0 ? serviceRoles : catalogue.map((one) => one.name),
  })
}

function isUngrantable({ grantedBy }: Role): boolean {
  return grantedBy === 'by-coordinator-commands' || grantedBy === 'derived'
}

interface Granting {
  ctx: RuleContext
  right: 'roles.grant' | 'roles.revoke'
  target: Target
}

/**
 * Tells an actor who could give such a role how it comes about, and refuses every other actor.
 * @throws `not-permitted`, `is-coordinator`, `derived-role`
 */
export function refuseUngrantable({ ungrantable }: ResolvedRoles, { ctx, right, target }: Granting): void {
  for (const role of ungrantable) {
    const isTheirs = role.grantedBy === 'by-coordinator-commands' && mayAddCoordinator(ctx.actor, target)
    if (!isTheirs) permit(ctx, right, { ...target, role: role.name })
    throw ungrantableRole(role)
  }
}

function mayAddCoordinator(
  actor: Actor,
  { name, user, centre = user?.centre ?? undefined }: Target,
): boolean {
  return centre !== undefined && decide(actor, 'coordinator.add', { name, centre }).allowed
}

/** Refuses such a role in a table, whose cells are read before any rights. @throws `is-coordinator`, `derived-role` */
export function refuseUngrantableCell({ ungrantable: [role] }: ResolvedRoles): void {
  if (role) throw ungrantableRole(role)
}

function ungrantableRole({ name, grantedBy, does }: Role): Refused {
  if (grantedBy === 'derived')
    return new Refused('derived-role', `${name} is ${does}.`, {
      hint: 'Give the role exams-officer; the rest follows from it.',
    })
  return new Refused(
    'is-coordinator',
    'The role coordinator is given and taken by the coordinator commands.',
    { hint: "ssh-admin coordinator add CENTRE 'Name <email>'" },
  )
}

/** Reads sites by name. The hub comes with every hub role, and is no choice of its own. */
export function resolveSites(names: readonly string[]): Site[] {
  return [...new Set(names.map(resolveSite))].sort()
}

/** @throws `unknown-site`, with the nearest */
export function resolveSite(name: string): Site {
  const site = findSite(name)
  if (!site) throw unknownName({ kind: 'site', name, known: sites })
  return site
}

/** A site that holds Progression Test data. */
export function resolveProgressionTestSite(name: string): (typeof progressionTestSites)[number] {
  const anySite = findSite(name)
  const site = progressionTestSites.find((one) => one === anySite)
  if (!site && anySite)
    throw new Usage(`There is no Progression Test data on ${anySite}.`, {
      code: 'unknown-site',
      hint: `It is on ${progressionTestSites.join(' and ')}.`,
    })
  if (!site) throw unknownName({ kind: 'site', name, known: progressionTestSites })
  return site
}
