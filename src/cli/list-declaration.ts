import type { Pages } from '../db/rows.ts'
import type { OpenStore } from '../db/store/opening.ts'
import type { Field } from '../render/fields.ts'
import type { AnswerName, JsonItem, JsonKey } from '../render/json.ts'
import type { View } from '../render/table.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { Answer } from './action.ts'
import type { Declaration, ListFormat } from './parameters.ts'

/** What a list is declared with. */
export type Listing<
  Args,
  Options,
  Row,
  Name extends string,
  Sort extends Name,
  Shape extends AnswerName,
> = Declaration<Args, Options> & {
  /** What it is a list of: `user`, `user-duplicate`. */
  singular: string
  /** The shape of `--json`, and what it calls them. */
  answer: Shape
  key: JsonKey<NoInfer<Shape>>
  fields: Readonly<Record<Name, Field<Row>>>
  /** Those that a terminal shows, where none are named; absent: all. */
  table?: readonly NoInfer<Name>[]
  /** Those that a narrow terminal does without, the least important first; absent: the last, but for the first two. */
  dropOrder?: readonly NoInfer<Name>[]
  /** Those that a pipe gets; absent: all, in the order in which they stand. */
  pipe?: readonly NoInfer<Name>[]
  /** What identifies a row, for `--format ids`. */
  id: NoInfer<Name>
  /** Those by which the rows come sorted when they are asked for so; by any other they are sorted here. */
  sorts?: readonly Sort[]
  /** False for a list that takes no search text. */
  searched?: false
  /** The search text is looked for by `find`; absent: here, in every field. */
  searches?: true
  /** How many a terminal shows, where no limit is said. */
  atTerminal?: number
  /** Another answer than the list, for these options. */
  instead?: (options: Args & Options, view: View) => Answer | undefined
  json: (row: Row) => JsonItem<NoInfer<Shape>>
  /** What follows the rows in `--json`, beside the total. */
  rest?: object
  /** What a terminal shows of a row in full beneath the table, where no columns are named; nothing of most. */
  below?: (row: Row, view: View) => readonly string[]
  /** What a terminal shows of each in the place of a table, where neither columns nor a format are named; what the one before it says already need not stand there again. */
  inFull?: (row: Row, view: View, before: Row | undefined) => readonly string[]
  /** Only where a terminal is narrower than this, in columns; absent: at every terminal. */
  inFullUnder?: number
  /** What is said when there are none. */
  none: string
  /** What is said when none fits what was asked for; absent: `No centre fits.` */
  noneFits?: string
  /** The exit code, by how many were shown; absent: 0. */
  exit?: (shown: number) => number
  /** The file that the list is written into instead, where one is named. */
  toFile?: (options: Args & Options) => string | undefined
} & (
    | { find: (source: Source, options: Args & Options) => Promise<Found<Row, Sort>>; all?: undefined }
    /** Rows that are in no store. */
    | { all: () => readonly Row[]; find?: undefined }
  )

/** Where the rows come from. */
interface Source {
  store: OpenStore
  ctx: RuleContext
  /** The search text, folded; empty where the listing looks for it itself. */
  words: readonly string[]
  /** The search text as it was typed. */
  text: string | undefined
}

export interface Found<Row, Sort extends string = never> {
  /** All of them, or some at a time. */
  rows: (page: Page<Sort>) => Rows<Row>
  /** How many there are without a limit; absent: they are counted as they pass. */
  count?: () => Promise<number>
  /** Where somebody sees only a part of them, what that is: said where there are none. */
  seen?: string | undefined
  /** What is said in the place of that where there is more to say of it than that none fits. */
  whyNone?: () => Promise<string | undefined>
  /** As `inFull` of the list, for these alone. */
  inFull?: ((row: Row, view: View, before: Row | undefined) => readonly string[]) | undefined
  /** What is said when none fits these words; absent: what the list says of any. */
  noneFits?: string | undefined
  /** What they are the list of, before the rows. */
  about?: {
    lines: (view: View) => readonly string[]
    json: object
    /** The columns that they explain: a table without one of them says nothing of it. */
    ofColumns?: readonly string[]
  }
}

export type Rows<Row> = Pages<Row> | Iterable<Row>

export interface Page<Sort extends string> {
  /** The fields that are shown or sorted by, so that no others need be read; absent: all. */
  fields: ReadonlySet<string> | undefined
  /** One of `sorts`; absent: in the order that is usual here. */
  sort: Sort | undefined
  reverse: boolean
  limit: number | undefined
}

/** A column of a list, with the name that --fields and --sort know. */
interface Column<Row> extends Field<Row> {
  name: string
}

/** What of the list is wanted, and how. */
export interface ListRequest<Row> {
  columns: readonly Column<Row>[]
  /** Whether they were named, so that JSON lines hold them alone. */
  named: boolean
  format: ListFormat
  /** Whether that is what is usual here, and was not named. */
  isUsual: boolean
  sort: Column<Row> | undefined
  reverse: boolean
  limit: number | undefined
}

/** What a list is written by, whatever its command is declared with. */
export interface ListSpec<Row>
  extends Pick<
    Listing<unknown, unknown, Row, string, string, AnswerName>,
    | 'singular'
    | 'fields'
    | 'table'
    | 'dropOrder'
    | 'pipe'
    | 'id'
    | 'sorts'
    | 'atTerminal'
    | 'rest'
    | 'below'
    | 'inFull'
    | 'inFullUnder'
    | 'none'
    | 'noneFits'
  > {
  key: string
  json: (row: Row) => unknown
}

/** A list that is being written. */
export interface List<Row> {
  spec: ListSpec<Row>
  found: Found<Row, string>
  request: ListRequest<Row>
  /** What is looked for here, and not by the source. */
  words: readonly string[]
  /** Whether only some were asked for. */
  isNarrowed: boolean
  /** How many fit, limit aside; known once the rows have passed. */
  total: number
}

/** A list that is held whole, because it is short. */
export function allOf<Row, Sort extends string>(all: readonly Row[]): Found<Row, Sort> {
  return {
    rows: ({ reverse, limit }) => (reverse ? all.toReversed() : all).slice(0, limit),
    count: async () => all.length,
  }
}
