import { Refused } from '../errors.ts'
import { nearestOf } from '../nearest.ts'
import type { ExtraUser, KeptReason, MissingCentre } from './missing.ts'
import type { Plan } from './plan.ts'
import type { Roster } from './roster.ts'

/** The deletions that were asked for with an import. */
interface RequestedDeletions {
  allMissing: boolean
  allExtra: boolean
  centres: readonly string[]
  users: readonly string[]
}

export interface Deletions {
  centres: MissingCentre[]
  users: ExtraUser[]
}

export const noDeletions: Deletions = { centres: [], users: [] }

/**
 * The deletions to be made: only those on the plan's lists, and none that are kept.
 * @throws Refused for all others named
 */
export function chooseDeletions(
  plan: Plan,
  requested: RequestedDeletions,
  roster: Pick<Roster, 'rows' | 'addressesInOtherColumns'>,
): Deletions {
  const centres = new Map<string, MissingCentre>()
  const users = new Map<string, ExtraUser>()
  if (requested.allMissing) {
    for (const centre of plan.missingCentres) if (!centre.kept) centres.set(centre.number, centre)
  }
  if (requested.allExtra) for (const user of plan.extraUsers) if (!user.kept) users.set(user.email, user)
  const refused = new Map<string, Refused>()
  for (const number of requested.centres) {
    const centre = missingCentre(plan, number)
    if (centre instanceof Refused) refused.set(number, centre)
    else centres.set(centre.number, centre)
  }
  for (const email of requested.users) {
    const user = extraUser(plan, { email, roster })
    if (user instanceof Refused) refused.set(email, user)
    else users.set(user.email, user)
  }
  refuseAll(refused)
  // A workbook of which nothing could be used is no reason to delete anybody.
  if (plan.rows.accepted === 0) return noDeletions
  return { centres: [...centres.values()], users: [...users.values()] }
}

function refuseAll(refused: ReadonlyMap<string, Refused>): void {
  const [first] = refused.values()
  if (first === undefined) return
  if (refused.size === 1) throw first
  throw new Refused(
    first.code,
    `${refused.size} of those named for deletion stand in the way; nothing was changed.`,
    {
      details: {
        problems: [...refused].map(([target, { code, message, hint }]) => ({
          target,
          code,
          message,
          ...(hint ? { hint } : {}),
        })),
      },
    },
  )
}

function missingCentre(plan: Plan, number: string): MissingCentre | Refused {
  const centreNumber = number.trim().toUpperCase()
  const found = plan.missingCentres.find((centre) => centre.number === centreNumber)
  if (!found) {
    const candidates = nearestOf(
      centreNumber,
      plan.missingCentres.map((centre) => centre.number),
    )
    return new Refused(
      'not-missing',
      `${number} is not missing from the workbook, so this import does not delete it.`,
      {
        hint: `To delete it all the same: ssh-admin centres delete ${number}`,
        details: { candidates },
      },
    )
  }
  if (!found.kept) return found
  return new Refused(
    found.kept,
    `${found.number} is kept: a row that was held back may be one of its rows.`,
    {
      hint: 'Correct the rows that were held back, then import again.',
    },
  )
}

function extraUser(
  plan: Plan,
  { email, roster }: { email: string; roster: Pick<Roster, 'rows' | 'addressesInOtherColumns'> },
): ExtraUser | Refused {
  const address = email.trim().toLowerCase()
  const found = plan.extraUsers.find((user) => user.email.toLowerCase() === address)
  if (!found) {
    const candidates = nearestOf(
      address,
      plan.extraUsers.map((user) => user.email),
    )
    return new Refused(
      'not-extra',
      `${email} is not an extra user of this workbook${whereAddressStands(address, roster)}, so this import does not delete them.`,
      {
        hint: `To delete them all the same: ssh-admin users delete ${email}`,
        details: { candidates },
      },
    )
  }
  if (!found.kept) return found
  const [reason, hint] = keptReasonTexts[found.kept]
  return new Refused(found.kept, `${found.email} is kept: ${reason}.`, {
    hint: hint.replace('EMAIL', found.email).replace('CENTRE', found.centre),
  })
}

/** The part of a refusal that says where in the workbook an address stands. */
function whereAddressStands(
  key: string,
  { rows, addressesInOtherColumns }: Pick<Roster, 'rows' | 'addressesInOtherColumns'>,
): string {
  for (const { email } of rows) if (email?.key === key) return ': a row of it is theirs'
  return addressesInOtherColumns.has(key)
    ? ': their address stands in another column of it, as in a note'
    : ''
}

const keptReasonTexts: Record<KeptReason, readonly [string, string]> = {
  'held-back-rows': [
    'a row that was held back may be theirs',
    'Correct the rows that were held back, then import again.',
  ],
  'is-coordinator': ['they coordinate their centre', 'ssh-admin coordinator change CENTRE'],
  'has-progression-tests': [
    'they hold Progression Test data',
    'ssh-admin users transfer EMAIL --to COLLEAGUE',
  ],
  'has-associate-centres': [
    'associate centres are assigned to them',
    'ssh-admin associates unassign EMAIL CENTRE…',
  ],
}

/** Whether more than a fifth of a kind, and at least five, would be deleted, which needs --allow-deletes. */
export function needsAllowance(plan: Plan, { centres, users }: Deletions): boolean {
  const tooMany = (deleted: number, live: number) => deleted >= 5 && deleted > live * 0.2
  return tooMany(centres.length, plan.live.centres) || tooMany(users.length, plan.live.users)
}

/** @throws `delete-limit`; an allowance that is given must be the exact number, above the limit or not */
export function checkAllowance(plan: Plan, deletions: Deletions, allowed: number | undefined): void {
  const total = deletions.centres.length + deletions.users.length
  if (allowed === undefined && !needsAllowance(plan, deletions)) return
  if (allowed === total) return
  const counts = `${countWithNoun(deletions.centres.length, 'centre')} and ${countWithNoun(deletions.users.length, 'user')}`
  throw new Refused(
    'delete-limit',
    allowed === undefined
      ? `This would delete ${counts}, more than a fifth of what is there; nothing was changed.`
      : `--allow-deletes ${allowed} is not right: this would delete ${counts}; nothing was changed.`,
    {
      hint: `Look at the lists again. If all of it is to go: --allow-deletes ${total}`,
      details: {
        centres: deletions.centres.length,
        users: deletions.users.length,
        total,
        allowed: allowed ?? null,
      },
    },
  )
}

function countWithNoun(number: number, singular: string): string {
  return `${number} ${number === 1 ? singular : `${singular}s`}`
}
