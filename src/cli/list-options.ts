import type { Found } from './list-declaration.ts'
import { option, optionalArgument, flag, type Parameters, repeated, withValues } from './parameters.ts'
import { optional, type Schema, wholeNumber } from './typed-values.ts'

export const listFormats = ['table', 'tsv', 'csv', 'json', 'jsonl', 'ids', 'count'] as const

export type ListFormat = (typeof listFormats)[number]

export interface ListOptions {
  text: string | undefined
  fields: string[]
  format: string | undefined
  sort: string | undefined
  reverse: boolean
  limit: number | undefined
}

const nothing: Schema<undefined> = { safeParse: () => ({ success: true, data: undefined }) }

/** @param fields what can be shown and sorted by @param searchable absent for a list that is not searched */
export function listParameters(
  fields: readonly string[],
  { searched }: { searched: boolean },
): Parameters<ListOptions> {
  const text = searched
    ? optionalArgument('only those with this in them; accents and letter case do not matter')
    : { schema: nothing, declare: () => undefined }
  return {
    text,
    fields: withValues(fields, repeated('<names>', `these columns, but for --json: ${fields.join(', ')}`)),
    format: withValues(
      listFormats,
      option('<format>', `one of ${listFormats.join(', ')} (default: table at a terminal, tsv in a pipe)`),
    ),
    sort: withValues(fields, option('<field>', 'by one of the columns that --fields names')),
    reverse: flag('in the opposite order'),
    limit: option('<count>', 'at most so many', optional(wholeNumber('a whole number', { min: 1 }))),
  }
}

/** Whether a filter leaves everything in. */
export function isOpen(filter: object): boolean {
  return Object.values(filter).every(
    (part) =>
      part === undefined || part === false || part === 'all' || (Array.isArray(part) && part.length === 0),
  )
}

/** A list that is held whole, because it is short. */
export function allOf<Row, Sort extends string>(all: readonly Row[]): Found<Row, Sort> {
  return {
    rows: ({ reverse, limit }) => (reverse ? all.toReversed() : all).slice(0, limit),
    count: async () => all.length,
  }
}
