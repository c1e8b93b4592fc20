import { expect, it } from 'vitest'
import { mutantsOf } from './mutations.ts'
import { withSwitches } from './switches.ts'

const source = `
export function answer(left, right) {
  const said = []
  if (left > 1 && right > 1) said.push('both')
  const { length } = [...said, left + 1]
  if (length > 5) throw new Error('too many')
  return left === right ? [true, said.length] : said
}
`

it('a source with every mutant in it is, with one switched on, what it is with that one alone', async () => {
  const mutants = mutantsOf('answer.ts', source).map((mutant, number) => ({ ...mutant, number }))
  expect(new Set(mutants.map(({ kind }) => kind)).size).toBe(7)
  const switched = await answersOf(withSwitches(source, mutants))
  const on = (active: number) => switched((number) => number === active)
  expect(on(-1)).toEqual((await answersOf(source))(() => false))
  for (const { number, start, end, after } of mutants) {
    const alone = await answersOf(source.slice(0, start) + after + source.slice(end))
    expect([number, on(number)]).toEqual([number, alone(() => false)])
  }
})

/** What it answers to a few, or that it fails. */
async function answersOf(text: string): Promise<(mutated: (number: number) => boolean) => unknown[]> {
  const { answer } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
  return (mutated) => {
    Reflect.set(globalThis, 'mutated', mutated)
    return [0, 1, 2].flatMap((left) =>
      [1, 2, 6].map((right) => {
        try {
          return answer(left, right)
        } catch (error) {
          return String(error)
        }
      }),
    )
  }
}
