import type { Kysely } from 'kysely'
import { findReleases } from '../../db/releases.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { Store } from '../../db/schema.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotPermitted } from '../../errors.ts'
import { recordingRefusal } from '../audit/record-refusal.ts'
import type { ActingUser, RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf } from '../users/account.ts'
import { readAddress } from '../users/email.ts'
import { type Authorisation, openOf } from './centres-of-release.ts'
import { readReleaseFacts } from './release-facts.ts'

/** Which resources a person may see, by the roles that they have at this moment. */
export type ResourceTest = (resource: Pick<ResourceRow, 'kind'>) => boolean

/** Listening recordings: holders of Global Listening alone. All else: the exams officers, coordinators and admins. */
export function resourcesAllowedFor({
  hubRole,
  roles,
  derivedRoles,
}: Pick<Account, 'hubRole'> & { roles: readonly string[]; derivedRoles: readonly string[] }): ResourceTest {
  const isOffice = roles.includes('exams-officer') || hubRole === 'coordinator' || hubRole === 'admin'
  return ({ kind }) => (kind === 'listening-audio' ? derivedRoles.includes('global-listening') : isOffice)
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

/** What of an authorisation somebody may see; undefined where that is nothing. */
type Visible = (authorisation: Authorisation) => Authorisation | undefined

/** Cambridge staff see all of it; the people of a centre what is for them, at their own centre. */
export async function visibleAuthorisations(
  db: Kysely<Store>,
  { by, at }: Pick<RuleContext, 'by' | 'at'>,
): Promise<Visible> {
  if (by.kind === 'staff') return (authorisation) => authorisation
  const account = await actingAccount(db, by, at)
  const may = account ? resourcesAllowedFor(account) : () => false
  return (authorisation) => {
    if (authorisation.centre.id !== by.centre.id) return undefined
    const resources = authorisation.resources.filter(may)
    return resources.length === 0 ? undefined : { ...authorisation, resources }
  }
}

/** @throws `not-permitted`, recorded: what is not open for somebody reads as if it were not there */
export async function permitDownload(
  db: Kysely<Store>,
  { resourceId, by, at }: { resourceId: number; by: ActingUser; at: Date },
): Promise<void> {
  const visible = await visibleAuthorisations(db, { by, at })
  const releases = await findReleases(db, { states: ['released'] })
  const facts = await readReleaseFacts(db, { releases, scope: { numbers: [by.centre.number] } })
  for (const release of releases)
    for (const authorisation of openOf(release, { facts, at }))
      if (visible(authorisation)?.resources.some(({ id }) => id === resourceId)) return
  const action = 'resources.download'
  const rule = 'only what is open for the account now, by a release'
  throw new NotPermitted(`${by.email} may not have that resource: it is not open for them, if it is there.`, {
    hint: 'ssh-admin releases authorisations shows what is, and when.',
    details: { action, rule },
    onRollback: recordingRefusal({
      by,
      at,
      action,
      subject: `resource ${resourceId}`,
      userId: undefined,
      rule,
    }),
  })
}
