import { resolve } from 'node:path'
import type { OpenStore } from '../../db/store/open.ts'
import { BadInput } from '../../errors.ts'
import type { Roster } from '../../import/roster.ts'
import type { Plan } from '../../import/plan.ts'
import { describePlan } from '../../render/import.ts'
import type { Session } from '../../cli/session.ts'
import type { ReadyImport } from './prepared-import.ts'
import { chooseAtTerminal } from './choose-deletions.ts'

export interface Wanted {
  file: string
  issuesOut?: string | undefined
  deleteMissing: boolean
  deleteExtra: boolean
  deleteCentre: readonly string[]
  deleteUser: readonly string[]
  allowDeletes?: number | undefined
  allowRenames?: number | undefined
  partial: boolean
  wholeRoster: boolean
  restoreDeleted: boolean
  sendMail: boolean
  strict: boolean
}

interface Planning {
  session: Session
  store: OpenStore
  roster: Roster
  asks: boolean
}

/** Plans the roster against the store as it is now, deletions included. */
export async function planWorkbook(
  wanted: Wanted,
  { session, store, roster, asks }: Planning,
): Promise<ReadyImport> {
  const { planImport } = await import('../../import/plan.ts')
  const { readStore, touchedBy } = await import('../../import/read-store.ts')
  const { digestOfView } = await import('../../db/imports/view.ts')
  const { chooseDeletions, checkAllowance, noDeletions } = await import('../../import/deletions.ts')
  const { checkRenames } = await import('../../import/renames.ts')
  const partial = await isPartial(wanted, { session, roster })
  const touched = touchedBy(roster, { sender: session.settings.mailFrom.value ?? '' })
  const { view, version } = readStore(store.raw, touched, roster)
  const plan = planImport(roster, { view, restoreDeleted: wanted.restoreDeleted, partial })
  if (wanted.strict) refuseAnyIssue(plan)
  checkRenames(plan, wanted.allowRenames)

  const wished = {
    allMissing: wanted.deleteMissing,
    allExtra: wanted.deleteExtra,
    centres: wanted.deleteCentre,
    users: wanted.deleteUser,
  }
  const said = wished.allMissing || wished.allExtra || wished.centres.length > 0 || wished.users.length > 0
  const offers = asks && !said && session.terminal.canAsk && session.common.input
  if (offers) for (const line of describePlan(plan, noDeletions, session.terminal.err)) session.say(line)
  const deletions = offers ? await chooseAtTerminal(plan, session) : chooseDeletions(plan, wished)
  if (!asks || said || wanted.allowDeletes !== undefined) checkAllowance(plan, deletions, wanted.allowDeletes)
  if (said && plan.rows.accepted === 0) {
    const message = 'No row could be used, so nothing is deleted.'
    session.notify({ code: 'nothing-deleted', message })
  }
  const { file, sheet, digest } = roster
  return {
    source: { file, sheet, digest },
    path: wanted.file === '-' ? null : resolve(session.context.cwd, wanted.file),
    plan,
    deletions,
    sendMail: wanted.sendMail,
    touched,
    storeDigest: () => digestOfView(view),
    version,
    // Only the PINs of new users need them.
    centreNames: new Map(
      plan.newUsers.length > 0 ? view.centres.map(({ number, name }) => [number, name]) : [],
    ),
    // Only the rows held back are written out again.
    roster: wanted.issuesOut === undefined ? undefined : roster,
    described: offers,
  }
}

/** @throws `partial-workbook` where a part of a roster is to delete somebody */
async function isPartial(
  wanted: Wanted,
  { session, roster }: Pick<Planning, 'session' | 'roster'>,
): Promise<boolean> {
  const { isPartOfRoster, partialWorkbook } = await import('../../import/part-of-roster.ts')
  if (wanted.wholeRoster || !(wanted.partial || isPartOfRoster(roster))) return false
  const { deleteMissing, deleteExtra, deleteCentre, deleteUser } = wanted
  if (deleteMissing || deleteExtra || deleteCentre.length > 0 || deleteUser.length > 0)
    throw partialWorkbook(roster.file)
  const message =
    'This is part of a roster: who does not stand in it is neither missing nor extra. If it is a whole one: --whole-roster'
  if (!wanted.partial) session.notify({ code: 'partial-workbook', message })
  return true
}

function refuseAnyIssue({ issues, rows }: Plan): void {
  if (issues.length === 0) return
  throw new BadInput(
    'has-issues',
    `${rows.heldBack} of ${rows.read} rows ${rows.heldBack === 1 ? 'has' : 'have'} a mistake; nothing was changed.`,
    {
      hint: 'Correct them, or leave out --strict to import the others.',
      details: {
        problems: issues.map(({ cell, code, message, hint }) => ({
          target: cell,
          code,
          message,
          ...(hint ? { hint } : {}),
        })),
      },
    },
  )
}
