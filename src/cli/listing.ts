import { actingFor } from '../config.ts'
import { Usage } from '../errors.ts'
import { yieldToSignals } from '../interruption.ts'
import { kebabCase } from '../kebab-case.ts'
import type { AnswerName } from '../render/json.ts'
import { unknownName } from '../rules/unknown-name.ts'
import { wordsToFind } from '../search-key.ts'
import { answer, outputFor, readAgainWhereLost } from './action.ts'
import type { List, Listing, ListRequest } from './list-declaration.ts'
import { allOf, isOpen, type ListFormat, listFormats, type ListOptions } from './list-options.ts'
import { pagesOfList } from './list-rows.ts'
import { inPieces, noneOf, textOf } from './list-text.ts'
import type { PagedOutput } from './pager.ts'
import type { Session } from './session.ts'

/** Opens the store, finds the rows, and writes them as they come. @returns the exit code */
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
  const words = wordsToFind(options.text)
  const isNarrowed = options.text !== undefined || !isOpen(filtersIn(options, spec.options ?? {}))
  const other = spec.instead?.(options, session.terminal.out)
  const out = await outputFor(session)
  try {
    if (other) {
      await answer(session, other, out)
      return 0
    }
    return await readAndWrite(spec, options, { session, request, words, isNarrowed, out })
  } finally {
    // The store is closed by then, however long somebody looks at the list.
    await out.end()
  }
}

interface Writing<Name extends string> {
  session: Session
  request: ListRequest<Name>
  words: readonly string[]
  isNarrowed: boolean
  out: PagedOutput
}

async function readAndWrite<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
>(
  spec: Listing<Args, Options, Row, Name, Sort, Shape>,
  options: Args & Options & ListOptions,
  { session, request, words, isNarrowed, out }: Writing<Name>,
): Promise<number> {
  if (spec.all && actingFor(session.settings) === undefined) {
    const list = { spec, found: allOf<Row, Sort>(spec.all()), request, words, isNarrowed, total: 0 }
    await write(list, session, { isShown: false, out })
    return 0
  }
  const store = await session.open('read')
  try {
    const find = async () => {
      const ctx = await session.ctx(store)
      const source = { store, ctx, words: spec.searches ? words : [], text: options.text }
      const found = spec.all ? allOf<Row, Sort>(spec.all()) : await spec.find(source, options)
      return { spec, found, request, words: spec.searches ? [] : words, isNarrowed, total: 0 }
    }
    const file = spec.toFile?.(options)
    if (file !== undefined) {
      const { writeToFile } = await import('./list-to-file.ts')
      return await writeToFile(await readAgainWhereLost(store, find), { session, file })
    }
    const progress = { isShown: false, out }
    const shown = await readAgainWhereLost(
      store,
      async () => write(await find(), session, progress),
      () => progress.isShown,
    )
    return spec.exit?.(shown) ?? 0
  } finally {
    await store.close()
  }
}

/** What was said of the options of the list's own. */
function filtersIn(options: object, own: object): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(own, name)))
}

function listRequest<Row, Name extends string, Sort extends Name>(
  { fields, table, pipe, atTerminal }: List<Row, Name, Sort>['spec'],
  options: ListOptions,
  { common, terminal }: Session,
): ListRequest<Name> {
  const fieldNamed = (name: string) => {
    // What --json calls lastSignedInAt is the column last-signed-in.
    const column = kebabCase(name)
    for (const named of [name, column, column.replace(/-at$/, '')]) if (isIn(fields, named)) return named
    throw unknownName({ kind: 'field', name, known: Object.keys(fields) })
  }
  const usual = terminal.out.isTerminal ? 'table' : 'tsv'
  const asked = options.format === undefined ? undefined : formatNamed(options.format)
  if (common.json && asked !== undefined && asked !== 'json')
    throw new Usage(`--json prints JSON, and --format ${asked} does not.`, {
      code: 'invalid-option',
      hint: 'Leave one of them out.',
    })
  const format = common.json ? 'json' : (asked ?? usual)
  const all = Object.keys(fields).filter((name) => isIn(fields, name))
  const named = options.fields.map(fieldNamed)
  return {
    names: named.length > 0 ? named : ((format === 'table' ? table : pipe) ?? all),
    named: named.length > 0,
    format,
    isUsual: asked === undefined && !common.json,
    sort: options.sort === undefined ? undefined : fieldNamed(options.sort),
    reverse: options.reverse,
    limit: options.limit ?? (format === 'table' && terminal.out.isTerminal ? atTerminal : undefined),
  }
}

function formatNamed(name: string): ListFormat {
  const format = listFormats.find((one) => one === name.trim().toLowerCase())
  if (format) return format
  throw unknownName({ kind: 'format', name, known: listFormats })
}

function isIn<Name extends string>(fields: Readonly<Record<Name, unknown>>, name: string): name is Name {
  return Object.hasOwn(fields, name)
}

async function write<Row, Name extends string, Sort extends Name>(
  list: List<Row, Name, Sort>,
  session: Session,
  progress: { isShown: boolean; out: PagedOutput },
): Promise<number> {
  const { request } = list
  await yieldToSignals()
  const pages = pagesOfList(list, session.context.interruption.isCancelled)
  for await (const piece of inPieces(textOf(list, pages, session))) {
    progress.isShown = true
    // A reader who has left wants no more of it.
    if (!(await progress.out.write(piece))) return pages.count
  }
  const saysNone = request.format === 'table' && session.terminal.out.isTerminal
  if (pages.count === 0 && !saysNone && (request.format === 'table' || request.format === 'tsv'))
    session.say(await noneOf(list))
  return pages.count
}
