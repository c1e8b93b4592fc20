import { type OutputFile, textOf } from '../../cli/output-file.ts'
import type { OpenStore } from '../../db/store/open.ts'
import { describePlan, importJson, renderImport } from '../../render/import.ts'
import type { AnswerOfChange } from '../../cli/define.ts'
import type { Session } from '../../cli/session.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { pathInWords, shellWord } from '../../shell-word.ts'
import { type ImportOutputFiles, moveIssuesIntoPlace, prepareIssues } from './import-output-files.ts'
import type { PreparedImport } from './plan-import.ts'
import { notifyNoReport } from './report.ts'

interface Saving {
  session: Session
  store: OpenStore
  ctx: RuleContext
  ready: PreparedImport
  outputs: ImportOutputFiles
  started: number
}

/** Saves the plan for `centres apply`, and changes nothing. */
export async function savePlanOnly(
  output: OutputFile,
  { session, store, ctx, ready, outputs, started }: Saving,
): Promise<AnswerOfChange> {
  const { textOfPlan } = await import('../../import/plan-file.ts')
  const { countsOf } = await import('../../import/apply.ts')
  const { source, path, plan, deletions, sendMail, touched } = ready
  const { dryRun } = session.common
  const { shown: file } = output
  if (!dryRun) {
    const saved = { source, path, plan, deletions, sendMail, touched, storeDigest: ready.storeDigest() }
    await output.prepare(textOf(textOfPlan({ saved, planKey: store.keys().plan })))
  }
  const issues = await prepareIssues({ session, ctx, ready, outputs }).catch((error: unknown) => {
    output.discard()
    throw error
  })
  if (!dryRun) await output.moveIntoPlace()
  const placed = !issues || (await moveIssuesIntoPlace({ session, outputs }))
  if (outputs.report) notifyNoReport(session, outputs.report)
  for (const line of describePlan(plan, deletions, session.terminal.err)) session.say(line)
  const planned = {
    id: null,
    state: 'planned' as const,
    source,
    counts: countsOf(plan, deletions),
    plan,
    pins: { file: null, count: plan.newUsers.length },
    mail: { queued: 0 },
    closes: ready.closes,
    elapsedMs: Math.round(performance.now() - started),
    dryRun,
  }
  return {
    text: session.terminal.out.isTerminal
      ? dryRun
        ? 'The plan was made, and not saved: this was a rehearsal.'
        : `The plan is in ${pathInWords(file)}; nothing was changed. To apply it: ssh-admin centres apply ${shellWord(file)}`
      : renderImport(planned, session.terminal.out),
    json: { ...importJson(planned), plan: dryRun ? null : file },
    exit: plan.rows.heldBack > 0 ? 8 : placed ? 0 : 9,
  }
}
