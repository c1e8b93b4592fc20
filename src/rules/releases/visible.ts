import type { Kysely } from 'kysely'
import { findReleases } from '../../db/releases.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { Store } from '../../db/schema.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotPermitted } from '../../errors.ts'
import { refusalRecorder } from '../audit/record-refusal.ts'
import type { ActingUser, RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf } from '../users/account.ts'
import { readAddress } from '../users/email.ts'
import { type Authorisation, openAuthorisations } from './centres-of-release.ts'
import { readReleaseFacts } from './release-facts.ts'

/** Whether a person may see a resource, by the roles that they have at this moment. */
export type ResourceTest = (resource: Pick<ResourceRow, 'kind'>) => boolean

/** Recordings are for holders of `global-listening` only; all else for exams officers, coordinators and admins. */
export function resourcesAllowedFor({
  hubRole,
  roles,
  derivedRoles,
}: Pick<Account, 'hubRole'> & { roles: readonly string[]; derivedRoles: readonly string[] }): ResourceTest {
  const isOfficer = roles.includes('exams-officer') || hubRole === 'coordinator' || hubRole === 'admin'
  return ({ kind }) => (kind === 'listening-audio' ? derivedRoles.includes('global-listening') : isOfficer)
}

async function actingAccount(
  db: Kysely<Store>,
  { email }: ActingUser,
  at: Date,
): Promise<Account | undefined> {
  const address = readAddress(email)
  const row = 'key' in address ? await findLiveUser(db, address.key) : undefined
  return row && accountOf(row, at)
}

/** Reduces an authorisation to what the actor may see; undefined where nothing is left. */
type Visible = (authorisation: Authorisation) => Authorisation | undefined

/** Cambridge staff see everything; a centre's people see what their roles allow, at their own centre only. */
export async function visibleAuthorisations(
  db: Kysely<Store>,
  { actor, at }: Pick<RuleContext, 'actor' | 'at'>,
): Promise<Visible> {
  if (actor.kind === 'staff') return (authorisation) => authorisation
  const account = await actingAccount(db, actor, at)
  const isAllowed = account ? resourcesAllowedFor(account) : () => false
  return (authorisation) => {
    if (authorisation.centre.id !== actor.centre.id) return undefined
    const resources = authorisation.resources.filter(isAllowed)
    return resources.length === 0 ? undefined : { ...authorisation, resources }
  }
}

/** @throws `not-permitted`, recorded; worded so as not to reveal whether the resource exists */
export async function permitDownload(
  db: Kysely<Store>,
  { resourceId, actor, at }: { resourceId: number; actor: ActingUser; at: Date },
): Promise<void> {
  const visible = await visibleAuthorisations(db, { actor, at })
  const releases = await findReleases(db, { states: ['released'] })
  const facts = await readReleaseFacts(db, { releases, scope: { numbers: [actor.centre.number] } })
  for (const release of releases)
    for (const authorisation of openAuthorisations(release, { facts, at }))
      if (visible(authorisation)?.resources.some(({ id }) => id === resourceId)) return
  const action = 'resources.download'
  const rule = 'only what is open for the account now, by a release'
  throw new NotPermitted(
    `${actor.email} may not have that resource: it is not open for them, if it is there.`,
    {
      hint: 'What is, and when: ssh-admin releases authorisations',
      details: { action, rule },
      onRollback: refusalRecorder({
        actor,
        at,
        action,
        subject: `resource ${resourceId}`,
        userId: undefined,
        rule,
      }),
    },
  )
}
