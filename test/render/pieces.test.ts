import { describe, expect, it } from 'vitest'
import { piecesOfJsonList } from '../../src/cli/list-text.ts'
import { piecesOfJson, piecesOfLines } from '../../src/render/pieces.ts'

const issues = Array.from({ length: 5000 }, (_, row) => ({
  row,
  message: `Email 'user${row}@school' is none`,
  hint: null,
}))

describe('a long answer is written a piece at a time', () => {
  it.each([
    ['lists', { import: { id: null }, issues, empty: [], absent: undefined, total: 5000 }],
    ['a short document', { a: 1, list: [1, undefined, 'é\n"'] }],
    ['nothing', {}],
    [
      'a list within',
      { error: { details: { candidates: [], problems: issues, absent: undefined } }, end: [{}] },
    ],
    ['lists within lists', { lists: [issues, [], [1]], a: { b: { c: issues.map(({ row }) => row) } } }],
  ])('which together are the JSON of %s', (_what, document) => {
    expect([...piecesOfJson(document, 0)].join('')).toBe(`${JSON.stringify(document)}\n`)
    expect([...piecesOfJson(document, 2)].join('')).toBe(`${JSON.stringify(document, null, 2)}\n`)
  })

  it('none of which is long', () => {
    const lines = issues.map(({ message }) => message)
    const [json, text] = [[...piecesOfJson({ issues }, 0)], [...piecesOfLines(lines)]]
    expect(text.join('')).toBe(`${lines.join('\n')}\n`)
    for (const pieces of [json, text]) {
      expect(pieces.length).toBeGreaterThan(1)
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000)
    }
  })

  it.each([0, 2] as const)('as its items are read, indented by %i', async (indent) => {
    for (const users of [[], [{ a: 1, list: ['é\n"'] }, { b: null }], issues]) {
      async function* items() {
        for (let at = 0; at < users.length; at += 100) yield users.slice(at, at + 100)
      }
      const rest = async () => ({ total: users.length, notices: [] })
      const pieces: string[] = []
      for await (const piece of piecesOfJsonList({ name: 'users', items: items(), rest }, indent))
        pieces.push(piece)
      const whole = { users, total: users.length, notices: [] }
      expect(pieces.join('')).toBe(`${JSON.stringify(whole, null, indent)}\n`)
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000)
    }
  })
})
