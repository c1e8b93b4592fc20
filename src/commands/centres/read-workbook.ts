import { resolve } from 'node:path'
import { Cancelled } from '../../errors.ts'
import type { Roster } from '../../import/roster.ts'
import { notifyOtherSheets, notifyUnknownColumn } from '../read-table.ts'
import type { Session } from '../../cli/session.ts'
import { progressOn } from '../../cli/progress.ts'
import { oneLine } from '../../render/clean-text.ts'

interface Wanted {
  file: string
  sheet?: string | undefined
  map: readonly string[]
  issuesOut?: string | undefined
}

/** Reads the workbook's rows, with a line of progress for those who watch. */
export async function readWorkbook(wanted: Wanted, session: Session): Promise<Roster> {
  const { openWorkbook } = await import('../../workbook/read.ts')
  const { parseMap } = await import('../../workbook/column-map.ts')
  const { centreColumns } = await import('../../import/columns.ts')
  const { readRoster } = await import('../../import/roster.ts')
  const { reasonsHeading } = await import('../../import/issues-sheet.ts')
  const { context, terminal } = session
  const map = parseMap(wanted.map, centreColumns)
  const path = wanted.file === '-' ? '-' : resolve(context.cwd, wanted.file)
  const { hasHeadings } = await import('../../workbook/headings.ts')
  const workbook = await openWorkbook(path, {
    sheet: wanted.sheet,
    stdin: context.stdin,
    signal: context.signal,
    fits: (rows) => hasHeadings(rows, { specs: centreColumns, map }),
  })
  if (wanted.sheet === undefined) await notifyOtherSheets(workbook, session)
  const reading = `Reading ${oneLine(workbook.file)} …`
  const started = performance.now()
  const progress = await progressOn(terminal, reading)
  try {
    const roster = await readRoster(workbook, {
      map,
      keepCells: wanted.issuesOut !== undefined,
      progress: (share, rows) => {
        if (context.signal.aborted) throw new Cancelled()
        const rate = Math.round(rows / Math.max(0.001, (performance.now() - started) / 1000))
        const percent = Math.min(100, Math.round(share * 100))
        progress.say(
          `${reading} ${percent} %, ${rows.toLocaleString('en-GB')} rows, ${rate.toLocaleString('en-GB')} a second`,
        )
      },
    })
    for (const notice of roster.notices) session.notify(notice)
    for (const heading of roster.unknownColumns)
      if (heading !== reasonsHeading) notifyUnknownColumn(heading, session)
    return roster
  } finally {
    progress.stop()
    await workbook.close()
  }
}
