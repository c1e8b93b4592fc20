import { Cancelled } from '../../errors.ts'
import type { Roster } from '../../import/roster.ts'
import { notifyOtherSheets, notifyUnknownColumns, openTable, type TableFile } from '../read-table.ts'
import type { Session } from '../../cli/session.ts'
import type { Phases } from '../../cli/progress.ts'

interface WorkbookOptions extends TableFile {
  issuesOut?: string | undefined
}

/** Reads the workbook's rows, with a line of progress for those who watch. */
export async function readWorkbook(
  options: WorkbookOptions,
  session: Session,
  phases: Phases,
): Promise<Roster> {
  const { centreColumns } = await import('../../import/columns.ts')
  const { readRoster } = await import('../../import/roster.ts')
  const { workbook, map } = await openTable(options, centreColumns, session)
  if (options.sheet === undefined) await notifyOtherSheets(workbook, session)
  await phases.begin('reading', `Reading ${workbook.file} …`)
  try {
    const roster = await readRoster(workbook, {
      map,
      keepCells: options.issuesOut !== undefined,
      progress: (share, rows) => {
        if (session.context.signal.aborted) throw new Cancelled()
        phases.at(rows, share)
      },
    })
    for (const notice of roster.notices) session.notify(notice)
    notifyUnknownColumns(roster.unknownColumns, session)
    return roster
  } finally {
    phases.pause()
    await workbook.close()
  }
}
