import { tsvLine } from '../render/clean-text.ts'
import { count } from '../render/text.ts'
import { answer } from './action.ts'
import type { List } from './list-declaration.ts'
import { pagesOfList } from './list-rows.ts'
import { cellsOf } from './list-text.ts'
import { checkOutputFile, tableEndingOf, prepareTable } from './output-file.ts'
import { recordAndMoveIntoPlace } from './record-event.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'

/** Writes the complete list into a table file; the audit log records the event before the file is moved into place. */
export async function writeToFile<Row>(
  list: List<Row>,
  { session, file }: { session: Session; file: string },
): Promise<number> {
  const { spec } = list
  const { now, signal } = session.context
  // Checks the extension of the name as typed: the unfinished file has another name.
  if (file.trim() !== '') await tableEndingOf(file)
  const output = await checkOutputFile(session, { kind: 'list', file, flag: '--out', asksLater: true })
  await output.confirmReplacing()
  const pages = pagesOfList(list, () => signal.aborted)
  const columns = list.request.columns.map(({ heading }) => ({ heading, width: 24 }))
  async function* cells() {
    for await (const page of pages)
      for (const row of page) yield cellsOf(row, list).map((cell) => String(cell ?? ''))
  }
  const sheet = { name: session.command, columns, rows: cells(), print: { landscape: true } }
  await prepareTable(output, { sheets: [sheet], at: now(), signal })
  const action = `${session.command.replaceAll(' ', '.')}.written`
  const placed = await recordAndMoveIntoPlace(session, {
    file: output,
    event: { action, facts: { rows: pages.count } },
  })
  if (placed === undefined) {
    await answer(session, { text: '', json: { file: null, total: pages.count } })
    return 9
  }
  const text = session.terminal.out.isTerminal
    ? `Wrote ${count(pages.count, spec.singular)} to ${pathInWords(file)}.`
    : tsvLine([file, pages.count])
  await answer(session, { text, json: { file, total: pages.count } })
  return 0
}
