import { existsSync } from 'node:fs'
import * as z from 'zod'
import { type Answer, command } from '../../cli/define.ts'
import { argument, option, repeated, type ValuesOf } from '../../cli/parameters.ts'
import { phasesOn } from '../../cli/phases.ts'
import type { Session } from '../../cli/session.ts'
import { placesOf } from '../../cli/store-paths.ts'
import { centreColumns } from '../../import/columns.ts'
import { lintJson, renderLint } from '../../render/lint.ts'
import { isSharedPlace } from '../../shared-place.ts'
import { columnsHelp } from '../columns-help.ts'
import { readWorkbook } from './read-workbook.ts'

const options = {
  sheet: option('<name>', 'the sheet to read (default: the one that is open, or else the first)'),
  map: repeated(
    '<column=field>',
    "which column is which field, such as 'Org ID=Centre number'",
    z.array(z.string()).default([]),
  ),
}

type Options = { file: string } & ValuesOf<typeof options>

export const lint = () =>
  command({
    name: 'lint',
    summary: 'say all that is wrong with a workbook before it is imported',
    description: `Say all that is wrong with a workbook, by cell, and what importing it would do; nothing is imported.
It is compared with the store; where there is none yet, with an empty one. Exit code 8 when a row would be held back.
In a pipe: cell, code, value and message of each mistake.`,
    args: { file: argument('the workbook (.xlsx or .csv), or - for stdin') },
    options,
    notes: columnsHelp(centreColumns, 'ssh-admin centres sample'),
    examples: ['ssh-admin centres lint fixtures/one-of-each.xlsx'],
    run: lintWorkbook,
  })

async function lintWorkbook(options: Options, session: Session): Promise<Answer> {
  const { planImport } = await import('../../import/plan.ts')
  const { readStore, touchedBy } = await import('../../import/read-store.ts')
  const { noDeletions } = await import('../../import/deletions.ts')
  const { isPartOfRoster } = await import('../../import/issues-sheet.ts')
  const roster = await readWorkbook(options, session, phasesOn(session, undefined))
  const { db } = placesOf(session)
  const store = await session.open(isSharedPlace(db) || existsSync(db) ? 'read' : 'rehearse-beginning')
  try {
    await session.ctx(store)
    const touched = touchedBy(roster, { sender: session.settings.mailFrom.value ?? '' })
    const { view } = await readStore(store, touched, roster)
    const partial = isPartOfRoster(roster)
    const plan = planImport(roster, { view, restoreDeleted: false, partial })
    const { file, sheet, digest } = roster
    const linted = { source: { file, sheet, digest }, plan, deletions: noDeletions }
    return {
      text: renderLint(linted, session.terminal.out),
      json: lintJson(linted),
      exit: plan.rows.heldBack > 0 ? 8 : 0,
    }
  } finally {
    await store.close()
  }
}
