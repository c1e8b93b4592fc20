import { slicesOf } from '../db/rows.ts'
import { beforeAll, type Savepoint, type Trx } from '../db/transact.ts'
import { recordingTogether } from './audit/record-refusal.ts'
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

/** How targets are looked up, many at once. */
export interface LookUp<Key extends string | number> {
  /** None for what cannot be one: the rule says so. */
  keyOf: (target: string) => Key | undefined
  /** Which of these there are, whoever may see them. */
  find: (keys: readonly Key[]) => Promise<Iterable<Key>>
  /** What is said of one that there is not. */
  refusal: (target: string) => Promise<Failure>
}

/** So few are looked up one by one, by the rule. */
const fewTargets = 20
const lookedUpAtOnce = 5000

/** One rule for each target, all or none: every refusal is collected into one. @param lookUp none where they are not there yet */
export async function forEachTarget<Target extends string, Result, Key extends string | number>(
  trx: Trx,
  targets: readonly Target[],
  rule: (target: Target) => Promise<Result>,
  lookUp: LookUp<Key> | undefined,
): Promise<Result[]> {
  const missing =
    lookUp && targets.length > fewTargets ? await missingTargets(targets, lookUp) : new Map<Target, Failure>()
  // Where there is one alone, nothing of its neighbours is ever taken back.
  const before = targets.length > 1 ? await beforeAll(trx) : undefined
  const results: Result[] = []
  const failures: { target: Target; failure: Failure }[] = []
  for (const target of new Set(targets)) {
    const isMissing = missing.get(target)
    if (isMissing) {
      failures.push({ target, failure: isMissing })
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
  if (!before) throw alone(first)
  const reported: { target: Target; failure: Failure }[] = []
  for (const { target, failure } of failures) {
    const again = missing.has(target) ? undefined : await refusedAlone(before, () => rule(target))
    reported.push({ target, failure: again ?? failure })
  }
  throw collected(reported, targets.length)
}

/** Of thousands that nobody has, each is told without a query of its own. */
async function missingTargets<Target extends string, Key extends string | number>(
  targets: readonly Target[],
  { keyOf, find, refusal }: LookUp<Key>,
): Promise<Map<Target, Failure>> {
  const missing = new Map<Target, Failure>()
  for (const some of slicesOf([...new Set(targets)], lookedUpAtOnce)) {
    const keyed = some.flatMap((target) => {
      const key = keyOf(target)
      return key === undefined ? [] : [{ target, key }]
    })
    const found = new Set(await find(keyed.map(({ key }) => key)))
    for (const { target, key } of keyed)
      if (!found.has(key)) missing.set(target, await refusal(target).catch(failureIn))
  }
  return missing
}

/** What no account could have is thrown as a wrong call; of a list it is told beside the others. */
function failureIn(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}

/**
 * What stands in the way of one where nothing was done to its neighbours: they are taken back, so no
 * message or hint may tell of them. What only they stand in the way of is told as it was.
 */
export async function refusedAlone(
  before: Savepoint,
  rule: () => Promise<unknown>,
): Promise<Failure | undefined> {
  await before.rollBack()
  return refusalOf(rule)
}

/** What each of several names stands for; of those that stand for nothing, every one is told. */
export async function eachNamed<Result>(
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
  throw names.length === 1 ? alone(first) : collected(failures, names.length)
}

interface TargetFailure {
  target: string
  failure: Failure
}

/** A list of one is refused in the words of the one, and has its problem where longer lists have theirs. */
function alone(refused: TargetFailure): Failure {
  const { failure } = refused
  const { code, message, hint, add, details, cause = failure, rollback } = failure
  const problems = details.problems ?? [problemOf(refused)]
  return failureLike(failure, {
    code,
    message,
    more: { hint, add, details: { ...details, problems }, cause, ...rollback },
  })
}

/** The gravest decides. */
export function collected(failures: readonly TargetFailure[], of: number): Failure {
  const message = `${failures.length} of ${of} stand in the way; nothing was changed.`
  const more = { details: { problems: failures.map(problemOf) }, onRollback: onRollbackOf(failures) }
  const [first, ...others] = failures.map(({ failure }) => failure)
  if (first === undefined) throw new Error('nothing stands in the way')
  const mostSevere = others.reduce((one, other) => (severityOf(other) < severityOf(one) ? other : one), first)
  return failureLike(mostSevere, { code: mostSevere.code, message, more })
}

/** What may be wrong with a target, the gravest first, as the contract orders them. */
const kindsOfRefusal = [Usage, BadInput, NotPermitted, NotFound, Refused] as const

function severityOf(failure: Failure): number {
  return kindsOfRefusal.findIndex((kind) => failure instanceof kind)
}

/**
 * What is wrong with a target. A store that cannot be had is about none of them: it is thrown as it is, so that the
 * work is tried again where it may be.
 */
export async function refusalOf(work: () => unknown): Promise<Failure | undefined> {
  const failure = await failureOf(work)
  if (failure && severityOf(failure) < 0) throw failure
  return failure
}

interface Words {
  code: string
  message: string
  more: FailureOptions
}

/** Another of the same kind. */
function failureLike(failure: Failure, { code, message, more }: Words): Failure {
  if (failure instanceof Usage) return new Usage(message, { ...more, code })
  if (failure instanceof BadInput) return new BadInput(code, message, more)
  if (failure instanceof NotPermitted) return new NotPermitted(message, more)
  if (failure instanceof NotFound) return new NotFound(code, message, more)
  return new Refused(code, message, more)
}

/** Whichever of them decides, what each asks to keep is kept. */
export function onRollbackOf(failures: readonly { failure: Failure }[]): FailureOptions['onRollback'] {
  const works = failures.flatMap(({ failure: { rollback } }) => rollback.onRollback ?? [])
  if (works.length === 0) return undefined
  return recordingTogether(works)
}

/** What was typed wrongly is told before what is not there. @param refuseMistyped throws for it */
export async function mistypedFirst<Found>(
  finding: Promise<Found>,
  refuseMistyped: (notThere: NotFound) => unknown,
): Promise<Found> {
  try {
    return await finding
  } catch (error) {
    if (error instanceof NotFound) await refuseMistyped(error)
    throw error
  }
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

export function problemOf({ target, failure }: { target: string; failure: Failure }): Problem {
  const { code, message, hint } = failure
  return { target, code, message, ...(hint === undefined ? {} : { hint }) }
}
