import { resolve } from 'node:path'
import { Cancelled } from '../../errors.ts'
import type { Roster } from '../../import/roster.ts'
import { notifyOtherSheets, notifyUnknownColumn } from '../read-table.ts'
import type { Session } from '../../cli/session.ts'
import type { Phases } from '../../cli/progress.ts'

interface WorkbookOptions {
  file: string
  sheet?: string | undefined
  map: readonly string[]
  issuesOut?: string | undefined
}

/** Reads the workbook's rows, with a line of progress for those who watch. */
export async function readWorkbook(
  options: WorkbookOptions,
  session: Session,
  phases: Phases,
): Promise<Roster> {
  const { openWorkbook } = await import('../../workbook/read.ts')
  const { parseMap } = await import('../../workbook/headings.ts')
  const { centreColumns } = await import('../../import/columns.ts')
  const { readRoster } = await import('../../import/roster.ts')
  const { reasonsHeading } = await import('../../import/issues-sheet.ts')
  const { context } = session
  const map = parseMap(options.map, centreColumns)
  const path = options.file === '-' ? '-' : resolve(context.cwd, options.file)
  const { hasHeadings } = await import('../../workbook/headings.ts')
  const workbook = await openWorkbook(path, {
    sheet: options.sheet,
    stdin: context.stdin,
    signal: context.signal,
    fits: (rows) => hasHeadings(rows, { specs: centreColumns, map }),
  })
  if (options.sheet === undefined) await notifyOtherSheets(workbook, session)
  await phases.begin('reading', `Reading ${workbook.file} …`)
  try {
    const roster = await readRoster(workbook, {
      map,
      keepCells: options.issuesOut !== undefined,
      progress: (share, rows) => {
        if (context.signal.aborted) throw new Cancelled()
        phases.at(rows, share)
      },
    })
    for (const notice of roster.notices) session.notify(notice)
    for (const heading of roster.unknownColumns)
      if (heading !== reasonsHeading) notifyUnknownColumn(heading, session)
    return roster
  } finally {
    phases.pause()
    await workbook.close()
  }
}
