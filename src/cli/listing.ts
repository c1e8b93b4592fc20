import { actorEmail } from '../config.ts'
import { Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { kebabCase } from '../kebab-case.ts'
import type { AnswerName } from '../render/json.ts'
import { unknownName } from '../rules/unknown-name.ts'
import { wordsToFind } from '../search-key.ts'
import { answer, outputFor, retryLostRead } from './action.ts'
import {
  foundInMemory,
  type Found,
  type List,
  type Listing,
  type ListRequest,
  type ListSpec,
  type Page,
} from './list-declaration.ts'
import { pagesOfList } from './list-rows.ts'
import { bufferPieces, emptyListMessage, textOf } from './list-text.ts'
import type { PagedOutput } from './pager.ts'
import { type Session, withStore } from './session.ts'
import { type ListFormat, listFormats, type ListOptions } from './parameters.ts'

/** Opens the store, finds the rows, and writes them while they are read. @returns the exit code */
export async function runListing<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
>(
  spec: Listing<Args, Options, Row, Name, Sort, Shape>,
  options: Args & Options & ListOptions,
  session: Session,
): Promise<number> {
  const request = listRequest(spec, options, session)
  const typedWords = wordsToFind(options.text)
  const ownOptions = Object.entries(options).filter(([name]) => Object.hasOwn(spec.options ?? {}, name))
  const isNarrowed = options.text !== undefined || ownOptions.some(([, value]) => isFilter(value))
  const words = spec.searchesInStore ? [] : typedWords
  const listOf = (found: Found<Row, Sort>): List<Row> => {
    const rows = (page: Page<string>) => {
      const sort = spec.sortColumns?.find((one) => one === page.sort)
      return found.rows({ ...page, sort })
    }
    return { spec, found: { ...found, rows }, request, words, isNarrowed, total: 0 }
  }
  const alternative = spec.instead?.(options, session.terminal.out)
  const out = await outputFor(session)
  const progress = { isShown: false, out }
  try {
    if (alternative) {
      await answer(session, alternative, out)
      return 0
    }
    if (spec.all && actorEmail(session.settings) === undefined) {
      await writeList(listOf(foundInMemory(spec.all())), session, progress)
      return 0
    }
    return await withStore(session, 'read', async (store) => {
      const { isTerminal } = session.terminal.out
      if (isTerminal) session.busy('Reading the store …')
      const find = async () => {
        const ctx = await session.ctx(store)
        const source = { store, ctx, words: spec.searchesInStore ? typedWords : [], text: options.text }
        if (spec.all) return listOf(foundInMemory(spec.all()))
        const found = await spec.find(source, options)
        for (const notice of found.notices ?? []) session.notify(notice)
        return listOf(found)
      }
      const file = spec.outputPath?.(options)
      if (file !== undefined) {
        const { writeToFile } = await import('./list-to-file.ts')
        return await writeToFile(find, { session, store, file })
      }
      const shown = await retryLostRead(
        store,
        async () => writeList(await find(), session, progress),
        () => progress.isShown,
      )
      return spec.exit?.(shown) ?? 0
    })
  } finally {
    // The store is closed by now, so somebody who reads in the pager holds no lock.
    await out.end()
  }
}

/** Whether an option's value is a filter. */
function isFilter(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}

function listRequest<Row>(
  { fields, table, pipe, terminalLimit }: ListSpec<Row>,
  options: ListOptions,
  { common, terminal }: Session,
): ListRequest<Row> {
  const all = new Map(Object.entries(fields).map(([name, field]) => [name, { ...field, name }]))
  const columnNamed = (name: string) => {
    // The --json key lastSignedInAt is accepted for the column last-signed-in.
    const inKebabCase = kebabCase(name)
    const column = all.get(name) ?? all.get(inKebabCase) ?? all.get(inKebabCase.replace(/-at$/, ''))
    if (column) return column
    throw unknownName({ kind: 'field', name, known: [...all.keys()] })
  }
  const defaultFormat = terminal.out.isTerminal ? 'table' : 'tsv'
  const typedFormat = options.format === undefined ? undefined : formatNamed(options.format)
  if (common.json && typedFormat !== undefined && typedFormat !== 'json')
    throw new Usage(`--json prints JSON, and --format ${typedFormat} does not.`, {
      code: 'invalid-option',
      hint: 'Leave one of them out.',
    })
  const format = common.json ? 'json' : (typedFormat ?? defaultFormat)
  const typedColumns = options.fields.map(columnNamed)
  const defaultColumns = format === 'table' ? table : pipe
  return {
    columns: typedColumns.length > 0 ? typedColumns : (defaultColumns?.map(columnNamed) ?? [...all.values()]),
    hasFieldsOption: typedColumns.length > 0,
    format,
    isDefaultFormat: typedFormat === undefined && !common.json,
    sort: options.sort === undefined ? undefined : columnNamed(options.sort),
    reverse: options.reverse,
    limit: options.limit ?? (format === 'table' && terminal.out.isTerminal ? terminalLimit : undefined),
  }
}

function formatNamed(name: string): ListFormat {
  const format = listFormats.find((one) => one === name.trim().toLowerCase())
  if (format) return format
  throw unknownName({ kind: 'format', name, known: listFormats })
}

async function writeList<Row>(
  list: List<Row>,
  session: Session,
  progress: { isShown: boolean; out: PagedOutput },
): Promise<number> {
  const { request } = list
  await yieldToSignals()
  const pages = pagesOfList(list, session.context.interruption.isCancelled)
  for await (const piece of bufferPieces(textOf(list, pages, session))) {
    progress.isShown = true
    // `write` gives false once the reader has closed the pipe.
    if (!(await progress.out.write(piece))) return pages.count
  }
  const textSaysNone = request.format === 'table' && session.terminal.out.isTerminal
  if (pages.count === 0 && !textSaysNone && (request.format === 'table' || request.format === 'tsv'))
    session.say(await emptyListMessage(list))
  return pages.count
}
