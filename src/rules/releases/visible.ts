import type { Kysely } from 'kysely'
import { findReleases, type ReleaseRow } from '../../db/releases.ts'
import type { ResourceRow } from '../../db/resources.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotPermitted } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { ActingUser, RuleContext } from '../permissions/actor.ts'
import { type Account, accountOf } from '../users/account.ts'
import { readAddress } from '../users/email.ts'
import { type Authorisation, authorisationsOf, stateAt } from './centres-of-release.ts'
import { readReleaseFacts, type ReleaseFacts } from './release-facts.ts'

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

/** The acting user as they are now. */
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
export type Visible = (authorisation: Authorisation) => Authorisation | undefined

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

/** What is released for a centre, with what decides it. */
async function releasedFor(
  db: Kysely<Store>,
  centre: string,
): Promise<{ releases: ReleaseRow[]; facts: ReleaseFacts }> {
  const releases = await findReleases(db, { states: ['released'] })
  return { releases, facts: await readReleaseFacts(db, { releases, scope: { numbers: [centre] } }) }
}

/** @throws `not-permitted`, recorded: what is not open for somebody reads as if it were not there */
export async function permitDownload(
  db: Kysely<Store>,
  { resourceId, by, at }: { resourceId: number; by: ActingUser; at: Date },
): Promise<void> {
  const visible = await visibleAuthorisations(db, { by, at })
  const { releases, facts } = await releasedFor(db, by.centre.number)
  for (const release of releases)
    for (const authorisation of authorisationsOf(release, facts)) {
      const seen = visible(authorisation)
      const has = seen?.resources.some(({ id }) => id === resourceId)
      if (has && stateAt(authorisation, at) === 'open') return
    }
  const rule = 'only what is open for the account now, by a release'
  throw new NotPermitted(`${by.email} may not have that resource: it is not open for them, if it is there.`, {
    hint: 'ssh-admin releases authorisations shows what is, and when.',
    details: { action: 'resources.download', rule },
    onRollback: (trx: Trx) =>
      appendAudit(trx, {
        by,
        at,
        action: 'resources.download',
        kind: 'refusal',
        subject: `resource ${resourceId}`,
        facts: { rule },
      }),
  })
}
