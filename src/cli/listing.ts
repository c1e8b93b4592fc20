import { actingFor } from '../config.ts'
import { Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { kebabCase } from '../kebab-case.ts'
import type { AnswerName } from '../render/json.ts'
import { unknownName } from '../rules/unknown-name.ts'
import { wordsToFind } from '../search-key.ts'
import { answer, outputFor, retryLostRead } from './action.ts'
import {
  allOf,
  type Found,
  type List,
  type Listing,
  type ListRequest,
  type ListSpec,
  type Page,
} from './list-declaration.ts'
import { pagesOfList } from './list-rows.ts'
import { inPieces, noneOf, textOf } from './list-text.ts'
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
  const own = Object.entries(options).filter(([name]) => Object.hasOwn(spec.options ?? {}, name))
  const isNarrowed = options.text !== undefined || own.some(([, value]) => leavesOut(value))
  const words = spec.searches ? [] : typedWords
  const listOf = (found: Found<Row, Sort>): List<Row> => {
    const rows = (page: Page<string>) => {
      const sort = spec.sorts?.find((one) => one === page.sort)
      return found.rows({ ...page, sort })
    }
    return { spec, found: { ...found, rows }, request, words, isNarrowed, total: 0 }
  }
  const other = spec.instead?.(options, session.terminal.out)
  const out = await outputFor(session)
  const progress = { isShown: false, out }
  try {
    if (other) {
      await answer(session, other, out)
      return 0
    }
    if (spec.all && actingFor(session.settings) === undefined) {
      await write(listOf(allOf(spec.all())), session, progress)
      return 0
    }
    return await withStore(session, 'read', async (store) => {
      const { isTerminal } = session.terminal.out
      if (isTerminal) session.busy('Reading the store …')
      const find = async () => {
        const ctx = await session.ctx(store)
        const source = { store, ctx, words: spec.searches ? typedWords : [], text: options.text }
        return listOf(spec.all ? allOf(spec.all()) : await spec.find(source, options))
      }
      const file = spec.toFile?.(options)
      if (file !== undefined) {
        const { writeToFile } = await import('./list-to-file.ts')
        return await writeToFile(await retryLostRead(store, find), { session, file })
      }
      const shown = await retryLostRead(
        store,
        async () => write(await find(), session, progress),
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
function leavesOut(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}

function listRequest<Row>(
  { fields, table, pipe, atTerminal }: ListSpec<Row>,
  options: ListOptions,
  { common, terminal }: Session,
): ListRequest<Row> {
  const all = new Map(Object.entries(fields).map(([name, field]) => [name, { ...field, name }]))
  const columnNamed = (name: string) => {
    // The --json key lastSignedInAt is accepted for the column last-signed-in.
    const kebab = kebabCase(name)
    const column = all.get(name) ?? all.get(kebab) ?? all.get(kebab.replace(/-at$/, ''))
    if (column) return column
    throw unknownName({ kind: 'field', name, known: [...all.keys()] })
  }
  const usual = terminal.out.isTerminal ? 'table' : 'tsv'
  const asked = options.format === undefined ? undefined : formatNamed(options.format)
  if (common.json && asked !== undefined && asked !== 'json')
    throw new Usage(`--json prints JSON, and --format ${asked} does not.`, {
      code: 'invalid-option',
      hint: 'Leave one of them out.',
    })
  const format = common.json ? 'json' : (asked ?? usual)
  const named = options.fields.map(columnNamed)
  const ofFormat = format === 'table' ? table : pipe
  return {
    columns: named.length > 0 ? named : (ofFormat?.map(columnNamed) ?? [...all.values()]),
    named: named.length > 0,
    format,
    isUsual: asked === undefined && !common.json,
    sort: options.sort === undefined ? undefined : columnNamed(options.sort),
    reverse: options.reverse,
    limit: options.limit ?? (format === 'table' && terminal.out.isTerminal ? atTerminal : undefined),
  }
}

function formatNamed(name: string): ListFormat {
  const format = listFormats.find((one) => one === name.trim().toLowerCase())
  if (format) return format
  throw unknownName({ kind: 'format', name, known: listFormats })
}

async function write<Row>(
  list: List<Row>,
  session: Session,
  progress: { isShown: boolean; out: PagedOutput },
): Promise<number> {
  const { request } = list
  await yieldToSignals()
  const pages = pagesOfList(list, session.context.interruption.isCancelled)
  for await (const piece of inPieces(textOf(list, pages, session))) {
    progress.isShown = true
    // `write` gives false once the reader has closed the pipe.
    if (!(await progress.out.write(piece))) return pages.count
  }
  const saysNone = request.format === 'table' && session.terminal.out.isTerminal
  if (pages.count === 0 && !saysNone && (request.format === 'table' || request.format === 'tsv'))
    session.say(await noneOf(list))
  return pages.count
}
