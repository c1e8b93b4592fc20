import { type Savepoint, savepoint } from '../db/savepoint.ts'
import type { Trx } from '../db/transact.ts'
import { BadInput, Failure, NotFound, NotPermitted, type Problem, Refused, Usage } from '../errors.ts'

/** One rule for each target, all or none: every refusal is collected into one. */
export async function forEachTarget<Target extends string, Result>(
  trx: Trx,
  targets: readonly Target[],
  rule: (target: Target) => Promise<Result>,
): Promise<Result[]> {
  const before = await savepoint(trx)
  const results: Result[] = []
  const failures: { target: Target; failure: Failure }[] = []
  for (const target of new Set(targets)) {
    try {
      results.push(await rule(target))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failures.push({ target, failure: error })
    }
  }
  const [first] = failures
  if (first !== undefined && targets.length === 1) throw first.failure
  if (first === undefined) {
    await before.release()
    return results
  }
  const told: { target: Target; failure: Failure }[] = []
  for (const { target, failure } of failures)
    told.push({ target, failure: await alone(before, { failure, rule: () => rule(target) }) })
  throw collected(told, targets.length)
}

/**
 * What stands in the way of one where nothing was done to its neighbours: they are taken back, so no
 * message or hint may tell of them. What only they stand in the way of is told as it was.
 */
async function alone(
  before: Savepoint,
  { failure, rule }: { failure: Failure; rule: () => Promise<unknown> },
): Promise<Failure> {
  await before.rollBack()
  return (await failureOf(rule)) ?? failure
}

/** The gravest of 2, 5, 4, 3 decides, as the contract orders them. */
function collected(failures: readonly { target: string; failure: Failure }[], of: number): Failure {
  const problems = failures.map(problemOf)
  const [first] = failures
  const message = `${failures.length} of ${of} stand in the way; nothing was changed.`
  const more = { details: { problems } }
  const gravest = [Usage, NotPermitted, NotFound, Refused].find((kind) =>
    failures.some(({ failure }) => failure instanceof kind),
  )
  const keep = keepingOf(failures)
  const code = first?.failure.code ?? 'refused'
  if (gravest === Usage) return new Usage(message, { ...more, code: 'several-problems', keep })
  if (gravest === NotPermitted) return new NotPermitted(message, { ...more, keep })
  if (gravest === NotFound)
    return new NotFound(codeOfKind(failures, NotFound) ?? code, message, { ...more, keep })
  return new Refused(codeOfKind(failures, Refused) ?? code, message, { ...more, keep })
}

/** Whichever of them decides, what each asks to keep is kept. */
function keepingOf(failures: readonly { failure: Failure }[]) {
  const kept = failures.flatMap(({ failure: { outliving } }) => outliving.keep ?? [])
  if (kept.length === 0) return undefined
  return async (trx: Trx) => {
    for (const keep of kept) await keep(trx)
  }
}

function codeOfKind(failures: readonly { failure: Failure }[], kind: typeof NotFound | typeof Refused) {
  return failures.find(({ failure }) => failure instanceof kind)?.failure.code
}

interface RowRule<Row, Result> {
  /** All that is wrong with the row's cells; the rule is for rows without. */
  check: (row: Row) => Promise<Failure[]>
  rule: (row: Row) => Promise<Result>
  cellOf: (row: Row, failure: Failure) => string
}

/** One rule for each row of a table, all or none: every row that cannot be used is named by its cell. */
export async function forEachRow<Row, Result>(
  trx: Trx,
  rows: readonly Row[],
  { check, rule, cellOf }: RowRule<Row, Result>,
): Promise<Result[]> {
  const before = await savepoint(trx)
  const results: Result[] = []
  const refused: { row: Row; wrong: Failure[]; failure: Failure | undefined }[] = []
  for (const row of rows) {
    const wrong = await check(row)
    const failure =
      wrong.length === 0 ? await failureOf(async () => results.push(await rule(row))) : undefined
    if (failure || wrong.length > 0) refused.push({ row, wrong, failure })
  }
  if (refused.length === 0) {
    await before.release()
    return results
  }
  const failures: { target: string; failure: Failure }[] = []
  for (const { row, wrong, failure } of refused) {
    const told = failure ? [await alone(before, { failure, rule: () => rule(row) })] : wrong
    for (const one of told) failures.push({ target: cellOf(row, one), failure: one })
  }
  if (failures.every(({ failure }) => failure instanceof NotPermitted)) {
    throw collected(failures, rows.length)
  }
  throw badRows(failures.map(problemOf), keepingOf(failures))
}

/** The refusal that some work ends in, if it does. */
export async function failureOf(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The file cannot be used: each of its problems, by cell. */
export function badRows(problems: readonly Problem[], keep?: (trx: Trx) => Promise<void>): BadInput {
  const cells = problems.reduce((sum, one) => sum + (one.cells?.length ?? 1), 0)
  const count = cells === 1 ? 'One cell stands' : `${cells} cells stand`
  return new BadInput('bad-rows', `${count} in the way; nothing was changed.`, {
    hint: 'Correct the file, and give it to the same command again.',
    details: { problems },
    keep,
  })
}

function problemOf({ target, failure }: { target: string; failure: Failure }): Problem {
  const { code, message, hint } = failure
  return { target, code, message, ...(hint === undefined ? {} : { hint }) }
}
