import type { Kysely } from 'kysely'
import type { Store, UserStatus } from '../../db/schema.ts'
import type { UserFilter } from '../../db/users/list.ts'
import { wordsIn } from '../../search-key.ts'
import { findCentre } from '../../rules/centres/find.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { catalogue, findRole, isHubRole } from '../../rules/roles/catalogue.ts'
import { chosenSites } from '../../rules/roles/chosen.ts'
import { unknownName } from '../../rules/unknown-name.ts'

interface FilterOptions {
  centre?: string
  status: readonly string[]
  role: readonly string[]
  site: readonly string[]
  search?: string
  /** What else is looked for, folded. */
  words: readonly string[]
  notSetUp: boolean
  neverSignedIn: boolean
  deleted: boolean
}

/** The filter that the options describe. @throws what is unknown, with the nearest names */
export async function userFilter(
  db: Kysely<Store>,
  { centre, status, role, site, search, words, notSetUp, neverSignedIn, deleted }: FilterOptions,
  ctx: RuleContext,
): Promise<UserFilter> {
  const roles = role.map(roleNamed)
  return {
    centreId: centre === undefined ? undefined : (await findCentre(db, centre, ctx)).id,
    statuses: [
      ...status.map(statusNamed),
      ...(notSetUp ? ['invited' as const] : []),
      ...(deleted ? ['deleted' as const] : []),
    ],
    hubRoles: roles.filter(isHubRole),
    roles: roles.filter((name) => !isHubRole(name)),
    sites: chosenSites(site),
    words: [...words, ...wordsIn(search)],
    neverSignedIn,
    visible: visibleCentres(ctx.by),
  }
}

export const userStatuses: readonly UserStatus[] = ['invited', 'active', 'suspended', 'deleted']

function statusNamed(name: string): UserStatus {
  const status = userStatuses.find((one) => one === name.toLowerCase())
  if (status) return status
  throw unknownName({ kind: 'status', name, known: userStatuses })
}

function roleNamed(name: string): string {
  const role = findRole(name)
  if (role) return role.name
  throw unknownName({ kind: 'role', name, known: catalogue.map((one) => one.name) })
}
