import type { Pages } from '../db/rows.ts'
import type { OpenStore } from '../db/store/opening.ts'
import type { Field } from '../render/fields.ts'
import type { AnswerName, JsonItem, JsonKey } from '../render/json.ts'
import type { View } from '../render/table.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { Answer } from './action.ts'
import type { Declaration, ListFormat } from './parameters.ts'

/** The declaration of a list command. */
export type Listing<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
> = Declaration<Args, Options> & {
  /** The noun for one row, in messages: `user`, `user-duplicate`. */
  singular: string
  /** The schema of `--json`, and the key of the rows in the document. */
  answer: Shape
  key: JsonKey<NoInfer<Shape>>
  fields: Readonly<Record<Name, Field<Row>>>
  /** The columns at a terminal, without --fields; absent: all. */
  table?: readonly NoInfer<Name>[]
  /** Columns that a narrow terminal drops, least important first; absent: the last first, never the first two. */
  dropOrder?: readonly NoInfer<Name>[]
  /** The columns in a pipe, without --fields; absent: all, in their order. */
  pipe?: readonly NoInfer<Name>[]
  /** The column that identifies a row, for `--format ids`. */
  id: NoInfer<Name>
  /** Columns by which `find` can sort; rows are sorted in memory by any other. */
  sortColumns?: readonly Sort[]
  /** False for a list that takes no search text. */
  takesText?: false
  /** `find` applies the search text; absent: the text is looked for in every field of the rows. */
  searchesInStore?: true
  /** The most rows at a terminal without --limit. */
  terminalLimit?: number
  /** Another answer in place of the list, for some options. */
  instead?: (options: Args & Options, view: View) => Answer | undefined
  json: (row: Row) => JsonItem<NoInfer<Shape>>
  /** Further keys of the `--json` document, beside the rows and the total. */
  extraJson?: object
  /** Details of a row, shown at a terminal beneath the table where --fields is absent; none for most rows. */
  rowDetails?: (row: Row, view: View) => readonly string[]
  /** A row in full, in place of a table at a terminal without --fields and --format; need not repeat `before`. */
  expandRow?: (row: Row, view: View, before: Row | undefined) => readonly string[]
  /** `expandRow` applies only at terminals narrower than so many columns; absent: at all. */
  expandUnder?: number
  /** The message for an empty list. */
  emptyMessage: string
  /** The message where no row matches the request; absent: `No centre fits.` with the singular. */
  noMatchMessage?: string
  /** The exit code, by the number of rows that were shown; absent: 0. */
  exit?: (shown: number) => number
  /** The file into which the list is written instead, where an option names a file. */
  outputPath?: (options: Args & Options) => string | undefined
} & (
    | { find: (source: Source, options: Args & Options) => Promise<Found<Row, Sort>>; all?: undefined }
    /** For rows that do not come from the store. */
    | { all: () => readonly Row[]; find?: undefined }
  )

/** What a list finds its rows with. */
interface Source {
  store: OpenStore
  ctx: RuleContext
  /** The folded words of the search text; empty where the list does not set `searchesInStore`. */
  words: readonly string[]
  /** The search text as it was typed. */
  text: string | undefined
}

export interface Found<Row, Sort extends string = never> {
  /** The rows of a request, all at once or in pages. */
  rows: (page: Page<Sort>) => Rows<Row>
  /** Counts the rows without the limit; absent: they are counted as they are read. */
  count?: () => Promise<number>
  /** For an actor who sees only a part of the rows: which part, added to the message for no rows. */
  visiblePart?: string | undefined
  /** A fuller message for the case that no row matches, in place of `noMatchMessage`. */
  explainNoMatch?: () => Promise<string | undefined>
  /** Like the list's `expandRow`, for this request only. */
  expandRow?: ((row: Row, view: View, before: Row | undefined) => readonly string[]) | undefined
  /** The message where no row matches this request; absent: that of the list. */
  noMatchMessage?: string | undefined
  /** Further facts, for lines on stderr or for `notices`. */
  notices?: readonly { code: string; message: string }[]
  /** What the rows belong to, shown above them. */
  about?: {
    lines: (view: View) => readonly string[]
    json: object
    /** The columns that `lines` explain: without any of them in the table the lines are left out. */
    columns?: readonly string[]
  }
}

export type Rows<Row> = Pages<Row> | Iterable<Row>

export interface Page<Sort extends string> {
  /** The fields that are shown or sorted by: only these need be read; absent: all. */
  fields: ReadonlySet<string> | undefined
  /** One of `sortColumns`; absent: the list's usual order. */
  sort: Sort | undefined
  reverse: boolean
  limit: number | undefined
}

/** A column of a list, with the name that --fields and --sort know. */
interface Column<Row> extends Field<Row> {
  name: string
}

/** The columns, format, order and limit that were requested. */
export interface ListRequest<Row> {
  columns: readonly Column<Row>[]
  /** Whether --fields was given; JSON lines then hold these columns alone. */
  hasFieldsOption: boolean
  format: ListFormat
  /** Whether the format is the default, and neither --format nor --json was given. */
  isDefaultFormat: boolean
  sort: Column<Row> | undefined
  reverse: boolean
  limit: number | undefined
}

/** The part of a declaration that writing the list needs. */
export interface ListSpec<Row>
  extends Pick<
    Listing<unknown, unknown, Row, string, string, AnswerName>,
    | 'singular'
    | 'fields'
    | 'table'
    | 'dropOrder'
    | 'pipe'
    | 'id'
    | 'sortColumns'
    | 'terminalLimit'
    | 'extraJson'
    | 'rowDetails'
    | 'expandRow'
    | 'expandUnder'
    | 'emptyMessage'
    | 'noMatchMessage'
  > {
  key: string
  json: (row: Row) => unknown
}

/** A list that is being written. */
export interface List<Row> {
  spec: ListSpec<Row>
  found: Found<Row, string>
  request: ListRequest<Row>
  /** The search words, where `find` does not apply them. */
  words: readonly string[]
  /** Whether a search text or a filter was given. */
  isNarrowed: boolean
  /** How many rows match, without the limit; known once the rows have been read. */
  total: number
}

/** A list that is held in memory as a whole, because it is short. */
export function foundInMemory<Row, Sort extends string>(all: readonly Row[]): Found<Row, Sort> {
  return {
    rows: ({ reverse, limit }) => (reverse ? all.toReversed() : all).slice(0, limit),
    count: async () => all.length,
  }
}
