import { Failure, NotFound, NotPermitted, type Problem, Refused, Usage } from '../errors.ts'
import type { Trx } from '../db/transact.ts'

/** One rule for each target, all or none: every refusal is collected into one. */
export async function forEachTarget<Target extends string, Result>(
  _trx: Trx,
  targets: readonly Target[],
  rule: (target: Target) => Promise<Result>,
): Promise<Result[]> {
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
  if (first === undefined) return results
  throw failures.length === 1 && targets.length === 1 ? first.failure : collected(failures, targets.length)
}

/** The gravest of 2, 5, 4, 3 decides, as the contract orders them. */
function collected(failures: readonly { target: string; failure: Failure }[], of: number): Failure {
  const problems: Problem[] = failures.map(({ target, failure }) => ({
    target,
    code: failure.code,
    message: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  }))
  const [first] = failures
  const message = `${failures.length} of ${of} stand in the way; nothing was changed.`
  const more = { details: { problems } }
  const gravest = [Usage, NotPermitted, NotFound, Refused].find((kind) =>
    failures.some(({ failure }) => failure instanceof kind),
  )
  const keep = async (trx: Trx) => {
    for (const { failure } of failures) {
      if (failure instanceof Refused) await failure.outliving.keep?.(trx)
    }
  }
  const code = first?.failure.code ?? 'refused'
  if (gravest === Usage) return new Usage(message, { ...more, code: 'several-problems' })
  if (gravest === NotPermitted) return new NotPermitted(message, { ...more, keep })
  if (gravest === NotFound) return new NotFound(codeOfKind(failures, NotFound) ?? code, message, more)
  return new Refused(codeOfKind(failures, Refused) ?? code, message, { ...more, keep })
}

function codeOfKind(failures: readonly { failure: Failure }[], kind: typeof NotFound | typeof Refused) {
  return failures.find(({ failure }) => failure instanceof kind)?.failure.code
}
