import { resolve } from 'node:path'
import { Cancelled } from '../../errors.ts'
import type { Roster } from '../../import/roster.ts'
import type { Workbook } from '../../workbook/read.ts'
import type { Session } from '../session.ts'
import { progressOf } from './progress.ts'

interface Wanted {
  file: string
  sheet?: string | undefined
  map: readonly string[]
  issuesOut?: string | undefined
}

/** Reads the workbook's rows, with a line of progress for those who watch. */
export async function readWorkbook(wanted: Wanted, session: Session): Promise<Roster> {
  const { openWorkbook } = await import('../../workbook/read.ts')
  const { parseMap } = await import('../../workbook/headings.ts')
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
    fits: (rows) => hasHeadings(rows, { specs: centreColumns, map }),
  })
  if (wanted.sheet === undefined && workbook.otherSheets.length > 0) await tellOtherSheets(workbook, session)
  const progress = await progressOf(terminal, `Reading ${workbook.file}`)
  try {
    const roster = await readRoster(workbook, {
      map,
      keepCells: wanted.issuesOut !== undefined,
      progress: (share, rows) => {
        if (context.signal.aborted) throw new Cancelled()
        progress.say({ share, rows })
      },
    })
    for (const notice of roster.notices) session.notify(notice)
    for (const column of roster.unknownColumns.filter((heading) => heading !== reasonsHeading)) {
      session.notify({
        code: 'unknown-column',
        message: `The column ‘${column}’ is not one of ours; it is left aside.`,
      })
    }
    return roster
  } finally {
    progress.stop()
    await workbook.close()
  }
}

/** Whoever keeps centres on several sheets must know that only one is read: what is not read counts as missing. */
async function tellOtherSheets({ sheet, otherSheets }: Workbook, session: Session): Promise<void> {
  const { guideName } = await import('../../import/sample.ts')
  const others = otherSheets.filter((name) => name !== guideName)
  if (others.length === 0) return
  session.notify({
    code: 'other-sheets',
    message: `Only the sheet ‘${sheet}’ is read; for another: --sheet NAME (${others.join(', ')}).`,
  })
}
