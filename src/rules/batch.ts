import { slicesOf } from '../db/rows.ts'
import { savepointAtStart, type Savepoint, type Trx } from '../db/transact.ts'
import { combineRecorders } from './audit/record-refusal.ts'
import {
  BadInput,
  Failure,
  type FailureOptions,
  NotFound,
  NotPermitted,
  type Problem,
  Refused,
  Usage,
} from '../errors.ts'

/** Looks up many targets at once. */
export interface LookUp<Key extends string | number> {
  /** Undefined for a text that cannot be a target, which the rule refuses. */
  keyOf: (target: string) => Key | undefined
  /** Which of these keys exist, whether or not the actor may see them. */
  find: (keys: readonly Key[]) => Promise<Iterable<Key>>
  /** The refusal for a target that does not exist. */
  refusal: (target: string) => Promise<Failure>
}

/** Up to this number, the rule looks targets up one by one. */
const maxSingleLookUps = 20
const targetsPerQuery = 5000

/**
 * Applies a rule to each target, all or none, and collects all refusals into one.
 * @param lookUp undefined where the targets are not expected to exist
 */
export async function forEachTarget<Target extends string, Result, Key extends string | number>(
  trx: Trx,
  targets: readonly Target[],
  rule: (target: Target) => Promise<Result>,
  lookUp: LookUp<Key> | undefined,
): Promise<Result[]> {
  const missing =
    lookUp && targets.length > maxSingleLookUps
      ? await missingTargets(targets, lookUp)
      : new Map<Target, Failure>()
  // A single target needs no savepoint, because there are no changes to other targets to roll back.
  const before = targets.length > 1 ? await savepointAtStart(trx) : undefined
  const results: Result[] = []
  const failures: { target: Target; failure: Failure }[] = []
  for (const target of new Set(targets)) {
    const missingFailure = missing.get(target)
    if (missingFailure) {
      failures.push({ target, failure: missingFailure })
      continue
    }
    const failure = await refusalOf(async () => results.push(await rule(target)))
    if (failure) failures.push({ target, failure })
  }
  const [first] = failures
  if (first === undefined) {
    await before?.release()
    return results
  }
  if (!before) throw singleFailure(first)
  const reported: { target: Target; failure: Failure }[] = []
  for (const { target, failure } of failures) {
    const ownRefusal = missing.has(target)
      ? undefined
      : await refusalWithoutOthers(before, () => rule(target))
    reported.push({ target, failure: ownRefusal ?? failure })
  }
  throw combinedFailure(reported, targets.length)
}

/** Finds the targets that do not exist, with one query for thousands of them. */
async function missingTargets<Target extends string, Key extends string | number>(
  targets: readonly Target[],
  { keyOf, find, refusal }: LookUp<Key>,
): Promise<Map<Target, Failure>> {
  const missing = new Map<Target, Failure>()
  for (const batch of slicesOf([...new Set(targets)], targetsPerQuery)) {
    const keyed = batch.flatMap((target) => {
      const key = keyOf(target)
      return key === undefined ? [] : [{ target, key }]
    })
    const found = new Set(await find(keyed.map(({ key }) => key)))
    for (const { target, key } of keyed)
      if (!found.has(key)) missing.set(target, await refusal(target).catch(asFailure))
  }
  return missing
}

/** `refusal` throws for an address that no account could have; in a list, that failure is reported with the others. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}

/**
 * Rolls back the changes to the other targets and runs the rule again, so that the refusal mentions none of them.
 * @returns undefined where only those changes stood in the way: then the earlier refusal is reported
 */
export async function refusalWithoutOthers(
  before: Savepoint,
  rule: () => Promise<unknown>,
): Promise<Failure | undefined> {
  await before.rollBack()
  return refusalOf(rule)
}

/** Reads each of several names, and collects the failures of all names that cannot be read into one. */
export async function readEachName<Result>(
  names: readonly string[],
  read: (name: string) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const failures: TargetFailure[] = []
  for (const target of names) {
    const failure = await refusalOf(async () => results.push(await read(target)))
    if (failure) failures.push({ target, failure })
  }
  const [first] = failures
  if (first === undefined) return results
  throw names.length === 1 ? singleFailure(first) : combinedFailure(failures, names.length)
}

interface TargetFailure {
  target: string
  failure: Failure
}

/** The failure for a list of one: in the target's own words, with `details.problems` as longer lists have it. */
function singleFailure(refused: TargetFailure): Failure {
  const { failure } = refused
  const { code, message, hint, optionToAdd, details, cause = failure, rollback } = failure
  const problems = details.problems ?? [problemOf(refused)]
  return failureLike(failure, {
    code,
    message,
    options: { hint, optionToAdd, details: { ...details, problems }, cause, ...rollback },
  })
}

/** One failure for several; the most severe of them decides its kind and code. */
export function combinedFailure(failures: readonly TargetFailure[], total: number): Failure {
  const message = `${failures.length} of ${total} stand in the way; nothing was changed.`
  const options = { details: { problems: failures.map(problemOf) }, onRollback: onRollbackOf(failures) }
  const [first, ...others] = failures.map(({ failure }) => failure)
  if (first === undefined) throw new Error('nothing stands in the way')
  const mostSevere = others.reduce((one, other) => (severityOf(other) < severityOf(one) ? other : one), first)
  return failureLike(mostSevere, { code: mostSevere.code, message, options })
}

/** The kinds of failure that a target can have, the most severe first, as the contract orders them. */
const kindsOfRefusal = [Usage, BadInput, NotPermitted, NotFound, Refused] as const

function severityOf(failure: Failure): number {
  return kindsOfRefusal.findIndex((kind) => failure instanceof kind)
}

/**
 * The failure of a target, if it has one. A failure of another kind, such as an unavailable store, is about no target:
 * it is thrown as it is, so that the work can be retried.
 */
export async function refusalOf(work: () => unknown): Promise<Failure | undefined> {
  const failure = await failureOf(work)
  if (failure && severityOf(failure) < 0) throw failure
  return failure
}

interface FailureWords {
  code: string
  message: string
  options: FailureOptions
}

/** A failure of the same kind with other words. */
function failureLike(failure: Failure, { code, message, options }: FailureWords): Failure {
  if (failure instanceof Usage) return new Usage(message, { ...options, code })
  if (failure instanceof BadInput) return new BadInput(code, message, options)
  if (failure instanceof NotPermitted) return new NotPermitted(message, options)
  if (failure instanceof NotFound) return new NotFound(code, message, options)
  return new Refused(code, message, options)
}

/** The `onRollback` work of all these failures, whichever of them decides. */
export function onRollbackOf(failures: readonly { failure: Failure }[]): FailureOptions['onRollback'] {
  const recorders = failures.flatMap(({ failure: { rollback } }) => rollback.onRollback ?? [])
  if (recorders.length === 0) return undefined
  return combineRecorders(recorders)
}

/** Reports what was mistyped before a target that is not found. @param refuseMistyped throws for what was mistyped */
export async function refuseMistypedFirst<Found>(
  finding: Promise<Found>,
  refuseMistyped: (notFound: NotFound) => unknown,
): Promise<Found> {
  try {
    return await finding
  } catch (error) {
    if (error instanceof NotFound) await refuseMistyped(error)
    throw error
  }
}

/** The failure that the work throws, if it throws one; any other error is thrown on. */
export async function failureOf(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

export function problemOf({ target, failure }: { target: string; failure: Failure }): Problem {
  const { code, message, hint } = failure
  return { target, code, message, ...(hint === undefined ? {} : { hint }) }
}
