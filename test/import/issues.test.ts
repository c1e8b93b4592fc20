import { expect, it } from 'vitest'
import { type RowIssue, issueInterner } from '../../src/import/issues.ts'

const issue = (fault: Partial<RowIssue['fault']> = {}, field: RowIssue['field'] = 'email'): RowIssue => ({
  field,
  fault: { value: 'amira@', code: 'invalid-email', message: 'has no domain', hint: 'Add it.', ...fault },
})

it('the same mistake in many cells is kept once, and whatever differs in anything that is told stays itself', () => {
  const shared = issueInterner()
  const first = issue()
  expect([shared(first), shared(issue()), shared(issue())].map((one) => one === first)).toEqual([
    true,
    true,
    true,
  ])
  const others = [
    issue({ value: 'omar@' }),
    issue({ code: 'not-a-name' }),
    issue({ message: 'ends with an @' }),
    issue({ message: () => 'has no domain' }),
    issue({ hint: 'Ask them.' }),
    issue({ hint: undefined }),
    issue({}, 'name'),
  ]
  expect(others.map((other) => others.indexOf(shared(other)))).toEqual(others.map((_, at) => at))
})

it('of mistakes that all differ only the first thousand are remembered', () => {
  const shared = issueInterner()
  const values = Array.from({ length: 1002 }, (_, at) => `amira${at}@`)
  const first = values.map((value) => shared(issue({ value })))
  const isKept = values.map((value, at) => shared(issue({ value })) === first[at])
  expect(isKept.indexOf(false)).toBe(1000)
})
