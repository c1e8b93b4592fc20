import * as z from 'zod/mini'

export const count = () => z.int().check(z.nonnegative())

export const time = () => z.iso.datetime()

export const text = () => z.string()

export const orNull = <Type extends z.core.SomeType>(type: Type) => z.nullable(type)

/** The answer of a command that only reads, or writes nothing but a file. */
export function answer<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  return z.strictObject({ ...fields, notices: z.array(notice()) })
}

/** The answer of a command that can be rehearsed. */
export function answerOfChange<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  return z.strictObject({ ...fields, dryRun: z.boolean(), notices: z.array(notice()) })
}

export const userStatus = () => z.enum(['invited', 'active', 'suspended', 'deleted'])

/** An issue of a cell in a workbook. */
export const issue = () =>
  z.strictObject({
    cell: text(),
    row: count(),
    column: text(),
    value: text(),
    code: text(),
    message: text(),
    hint: orNull(text()),
  })

/** A saved value that a cell of a workbook changes; null where there was no value, or is none any more. */
export const cellChange = () =>
  z.strictObject({
    cell: text(),
    row: count(),
    column: text(),
    what: text(),
    from: orNull(text()),
    to: orNull(text()),
  })

export const notice = () => z.strictObject({ code: text(), message: text() })

/** One of several problems that stand in the way; `cells` where the problem is in several cells. */
export const problem = () =>
  z.strictObject({
    target: text(),
    code: text(),
    message: text(),
    hint: orNull(text()),
    cells: z.optional(z.array(text())),
  })

/** A suggestion of what may have been meant: a word, a user, a centre or a release. */
const candidate = () =>
  z.union([
    text(),
    z.strictObject({
      email: text(),
      name: z.optional(text()),
      centre: orNull(text()),
      status: userStatus(),
    }),
    z.strictObject({ number: text(), name: text() }),
    z.strictObject({ id: count(), name: text(), state: z.enum(['draft', 'released', 'withdrawn']) }),
  ])

/** Printed on stderr in place of an answer; some errors have details of their own. */
export const error = () =>
  z.strictObject({
    error: z.strictObject({
      code: text(),
      message: text(),
      hint: orNull(text()),
      details: z.catchall(
        z.object({ problems: z.optional(z.array(problem())), candidates: z.optional(z.array(candidate())) }),
        z.unknown(),
      ),
    }),
  })

/** A problem that stands in the way of an answer, and the hint that solves it. */
export const problemWithHint = () => z.strictObject({ code: text(), message: text(), hint: text() })

/** Which server answered for a shared store, and how far away it is. */
export const serverFacts = () => ({
  host: text(),
  port: count(),
  user: text(),
  version: text(),
  roundTripMs: z.number(),
})
