import type { Roster } from '../../import/roster.ts'
import type { Phases } from '../../cli/phases.ts'
import { confirm } from '../../cli/prompt.ts'
import { comparableClosing } from '../../render/closing.ts'
import { describePlan, importQuestion } from '../../render/import.ts'
import type { Session } from '../../cli/session.ts'
import { planWorkbook, type PreparedImport, type Wanted } from './plan-import.ts'

interface StoreCreation {
  session: Session
  roster: Roster
  asks: boolean
  phases: Phases
}

/**
 * Where there is no store yet, a refusal or a No must leave none: the import is planned in memory
 * and agreed to before one is begun. @returns what was agreed to, and how long the answer took, in ms
 */
export async function confirmWithoutStore(
  wanted: Wanted,
  { session, roster, asks, phases }: StoreCreation,
): Promise<{ plan: string; asked: number }> {
  const { changesNothing, countsOf } = await import('../../import/apply.ts')
  const store = await session.open('rehearse-creation')
  try {
    const ctx = await session.ctx(store)
    const ready = await planWorkbook(wanted, { session, store, ctx, roster, asks, phases })
    const { plan, deletions } = ready
    const before = performance.now()
    const counts = countsOf(plan, deletions)
    if (asks && !changesNothing(counts)) {
      const lines = ready.described ? [] : describePlan(plan, deletions, session.terminal.err)
      for (const line of lines) session.say(line)
      await confirm(session, importQuestion(counts, ready))
    }
    return { plan: comparable(ready), asked: performance.now() - before }
  } finally {
    await store.close()
  }
}

/** What two plans of one workbook have in common when they do the same. */
export function comparable({ plan, deletions, closes }: PreparedImport): string {
  return JSON.stringify([
    plan.rows,
    plan.newCentres,
    plan.newUsers,
    plan.renames,
    deletions,
    comparableClosing(closes),
  ])
}
