import type { Kysely } from 'kysely'
import { type AuditEntry, lastEvents } from '../../db/audit/events.ts'
import { countAssociateCentres } from '../../db/centres/changes.ts'
import { peopleAt } from '../../db/centres/people.ts'
import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { type Account, accountOf, nameOf } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { eventRedactor } from '../audit/event-redactor.ts'
import { findCentre } from './find.ts'
import { visibleCentres } from '../permissions/decide.ts'

/** A state of the centre that keeps people out, or a task that is still to be done. */
interface CentreIssue {
  code: string
  message: string
  hint: string
}

export interface CentreView {
  centre: CentreWithPeople
  associateName: string | null
  /** How many live centres belong to it; 0 unless it is an Associate. */
  associateCentres: number
  people: Account[]
  issues: CentreIssue[]
  events: AuditEntry[]
}

/** A centre with its people, issues and last events. */
export async function centreDetails(
  db: Kysely<Store>,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<CentreView> {
  const centre = await findCentre(db, number, ctx)
  const associate =
    centre.associate_number === null ? undefined : await findCentreByNumber(db, centre.associate_number)
  const people = (await peopleAt(db, centre.id)).map((row) => accountOf(row, ctx.at))
  const found = { subject: centre.number, visible: visibleCentres(ctx.actor) }
  return {
    centre,
    associateName: associate?.name ?? null,
    associateCentres: (await countAssociateCentres(db, centre.id)).live,
    people,
    issues: issuesOf({ centre, associate, people }),
    events: (await lastEvents(db, found)).map(await eventRedactor(db, ctx.actor)),
  }
}

interface CentreFindings {
  centre: CentreWithPeople
  associate: CentreWithPeople | undefined
  people: readonly Account[]
}

function issuesOf({ centre, associate, people }: CentreFindings): CentreIssue[] {
  const { number } = centre
  const issues: CentreIssue[] = []
  if (centre.deleted_at !== null) {
    const message = `The centre is deleted: ${people.length === 1 ? 'its user' : 'its users'} cannot sign in.`
    issues.push({ code: 'centre-deleted', message, hint: `ssh-admin centres restore ${number}` })
  }
  if (associate && associate.deleted_at !== null) {
    const message = `Its Associate ${associate.number} (${associate.name}) is deleted: nobody there acts for it.`
    issues.push({ code: 'associate-deleted', message, hint: `ssh-admin centres restore ${associate.number}` })
  }
  const coordination = coordinationIssue({ centre, people })
  return coordination ? [...issues, coordination] : issues
}

function coordinationIssue({
  centre,
  people,
}: Pick<CentreFindings, 'centre' | 'people'>): CentreIssue | undefined {
  const { number } = centre
  const coordinator = people.find(({ hubRole }) => hubRole === 'coordinator')
  if (!coordinator) {
    return centre.status === 'approved'
      ? {
          code: 'approved',
          message: 'The centre is approved, and waits for its first coordinator.',
          hint: `ssh-admin coordinator add ${number} 'Name <email>'`,
        }
      : {
          code: 'no-coordinator',
          message: 'The centre has no coordinator.',
          hint: `ssh-admin coordinator add ${number} 'Name <email>'`,
        }
  }
  if (coordinator.status === 'invited') {
    return {
      code: 'invited',
      message: `Its coordinator ${nameOf(coordinator)} has not set up a password.`,
      hint: `ssh-admin users reset-password ${coordinator.email}`,
    }
  }
  if (coordinator.status !== 'suspended') return undefined
  const affected = people.filter(
    ({ id, status }) => id !== coordinator.id && (status === 'invited' || status === 'active'),
  ).length
  const others = affected === 1 ? '1 other user has' : `${affected} other users have`
  return {
    code: 'coordinator-suspended',
    message: `Its coordinator ${nameOf(coordinator)} is suspended, so ${others} no access.`,
    hint: `ssh-admin coordinator restore ${number}`,
  }
}
