import { phaseProgress } from '../../cli/progress.ts'
import { resolve } from 'node:path'
import { withStore } from '../../cli/session.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import type { SavedPlan } from '../../import/plan-file.ts'
import { command } from '../../cli/define.ts'
import { argument, option } from '../../cli/parameters.ts'
import { runImport } from './run-import.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { closedByDeletions, openedByPlan, type PreparedImport } from './plan-import.ts'
import { checkOutputFiles } from './import-output-files.ts'
import { slipsOption } from './pin-sheets.ts'

/** Of no other kind: the saved plan is the rehearsal and what is confirmed; its sheets are written in separate phases. */
export const apply = () =>
  command({
    name: 'apply',
    summary: 'apply a saved plan of an import, exactly',
    description: `Apply a plan that centres import --plan-out saved: exactly what was reviewed.
If the workbook or what the plan read of the store has changed meanwhile, nothing happens (exit code 3).`,
    args: { plan: argument('the saved plan') },
    options: {
      pinsOut: option(
        '<file>',
        'where the PINs go: .xlsx, .csv or .json (default: new-user-pins-ID.xlsx here)',
      ),
      slips: slipsOption,
    },
    examples: [
      'ssh-admin centres import centres.xlsx --plan-out autumn.plan',
      'ssh-admin centres apply autumn.plan --yes --pins-out pins.xlsx',
    ],
    changes: true,
    run: async (options, session) => {
      const { dryRun, yes } = session.common
      const asks = !dryRun && !yes
      const startTime = performance.now()
      const path = resolve(session.context.cwd, options.plan)
      const outputs = await checkOutputFiles(session, {
        input: path,
        pinsOut: options.pinsOut,
        slips: options.slips,
      })
      const { readPlan, refuseChangedWorkbook } = await import('../../import/plan-file.ts')

      return withStore(session, dryRun ? 'rehearse' : 'use', async (store) => {
        const saved = readPlan(path, store.keys().plan)
        refuseChangedWorkbook(saved)
        const ctx = await session.ctx(store)
        const prepared = await replan(saved, { store, ctx })
        return await runImport({
          session,
          store,
          ctx,
          prepared,
          outputs,
          startTime,
          asks,
          isPlanShown: asks,
          phases: phaseProgress(session, undefined),
        })
      })
    },
  })

/** Plans again with the present store. @throws `plan-changed` if the plan differs from the saved one */
async function replan(
  saved: SavedPlan,
  { store, ctx }: { store: OpenStore; ctx: Pick<RuleContext, 'at'> },
): Promise<PreparedImport> {
  const { readStore } = await import('../../import/read-store.ts')
  const { digestOfView } = await import('../../db/imports/view.ts')
  const { storeChanged } = await import('../../import/plan-file.ts')
  const { view, version } = await readStore(store, saved.touched)
  if (digestOfView(view) !== saved.storeDigest) throw storeChanged()
  return {
    ...saved,
    storeDigest: () => saved.storeDigest,
    version,
    centreName: (number) => view.centres.get(number)?.name,
    roster: undefined,
    reportFacts: undefined,
    closes: await closedByDeletions(store.db, { deletions: saved.deletions, at: ctx.at }),
    opens: await openedByPlan(store.db, { plan: saved.plan, at: ctx.at, listed: false }),
    isPlanShown: false,
  }
}
