import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

let desk: Desk
beforeEach(() => {
  desk = newDesk()
})
afterEach(() => desk.clear())

const rows = 30_000
/** Of the heap, in MB; such a list took more where each issue was kept in words, or each cell of a row as a text. */
const enough = 60

const fields = 'Centre number,Centre name,Email,First name,Last name,Country,Town,Address,Kind,Associate,Role'

const lists = {
  'error words in every cell': () => fields.replace(/[^,]+/g, '#REF!'),
  'error words beside a good address': (at: number) =>
    `N${at},School ${at},user@school${at}.example${',#N/A'.repeat(8)}`,
}

const beside = 'error words beside a good address'

describe('importing tens of thousands of rows with a mistake in each', () => {
  it.each([
    ['error words in every cell', []],
    [beside, []],
    [beside, ['--issues-out', 'held-back.xlsx']],
    [beside, ['--issues-out', 'held-back.csv']],
  ] as const)('needs no more memory for %s than for rows, with %j', async (list, options) => {
    const ended = await importing(list, ['--yes', ...options])
    expect(ended.stderr).toBe('')
    expect(ended.exitCode).toBe(8)
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { read: rows, heldBack: rows } })
  })

  it('needs no more to refuse them all, each problem told', async () => {
    const ended = await importing(beside, ['--strict'])
    expect(ended.stdout).toBe('')
    expect(ended.exitCode).toBe(6)
    const { error } = JSON.parse(ended.stderr)
    expect(error).toMatchObject({ code: 'has-issues' })
    expect(error.details.problems).toHaveLength(8 * rows)
  })
})

function importing(list: keyof typeof lists, options: readonly string[]) {
  const lines = [fields, ...Array.from({ length: rows }, (_, at) => lists[list](at))]
  writeFileSync(desk.path('list.csv'), `${lines.join('\n')}\n`)
  return desk.program(['centres', 'import', 'list.csv', ...options, '--json'], {
    env: {
      PATH: process.env.PATH,
      HOME: desk.folder,
      SSH_ADMIN_DB: desk.path('hub.db'),
      NODE_OPTIONS: `--max-old-space-size=${enough}`,
    },
  })
}
