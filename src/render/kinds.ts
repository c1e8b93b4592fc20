import { count } from './text.ts'

/** Of many problems the first of each kind, and how many of it there are. */
export function* firstOfEachKind<Problem extends { code: string }>(
  problems: Iterable<Problem>,
  inWords: (problem: Problem) => string,
): Generator<string> {
  const kinds = new Map<string, { first: Problem; count: number }>()
  for (const problem of problems) {
    const kind = kinds.get(problem.code)
    if (kind) kind.count += 1
    else kinds.set(problem.code, { first: problem, count: 1 })
  }
  for (const [code, { first, count: number }] of kinds) {
    yield `${count(number, 'issue')} of the kind ${code}${number > 1 ? ', the first' : ''}:`
    yield `  ${inWords(first)}`
  }
}
