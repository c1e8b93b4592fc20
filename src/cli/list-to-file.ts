import { tsvLine } from '../render/clean-text.ts'
import { count } from '../render/text.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { answer, retryLostRead } from './action.ts'
import type { List } from './list-declaration.ts'
import { pagesOfList } from './list-rows.ts'
import { cellsOf } from './list-text.ts'
import { checkOutputFile, tableEndingOf, prepareTable } from './output-file.ts'
import { recordAndMoveIntoPlace } from './record-event.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'

/**
 * Writes the complete list into a table file, from the start again if the connection to a server is lost. The audit log
 * records the event before the file is moved into place.
 */
export async function writeToFile<Row>(
  find: () => Promise<List<Row>>,
  { session, store, file }: { session: Session; store: OpenStore; file: string },
): Promise<number> {
  const found = await retryLostRead(store, find)
  const { spec } = found
  const { now, signal } = session.context
  // Checks the extension of the name as typed: the unfinished file has another name.
  if (file.trim() !== '') await tableEndingOf(file)
  const output = await checkOutputFile(session, { kind: 'list', file, flag: '--out', asksLater: true })
  await output.confirmReplacing()
  let list: List<Row> | undefined = found
  const pages = await retryLostRead(store, async () => {
    const listed = list ?? (await find())
    list = undefined
    const read = pagesOfList(listed, () => signal.aborted)
    const columns = listed.request.columns.map(({ heading }) => ({ heading, width: 24 }))
    async function* cells() {
      for await (const page of read)
        for (const row of page) yield cellsOf(row, listed).map((cell) => String(cell ?? ''))
    }
    const sheet = { name: session.command, columns, rows: cells(), print: { landscape: true } }
    await prepareTable(output, { sheets: [sheet], at: now(), signal })
    return read
  })
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
