import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

let desk: Desk
beforeEach(() => {
  desk = newDesk()
})
afterEach(() => desk.clear())

const rows = 30_000
/** Of the heap, in MB; such a list took two to three times as much when each issue was kept in words. */
const enough = 75

const fields = 'Centre number,Centre name,Email,First name,Last name,Country,Town,Address,Kind,Associate,Role'

const lists = {
  'error words in every cell': () => fields.replace(/[^,]+/g, '#REF!'),
  'error words beside a good address': (at: number) =>
    `N${at},School ${at},user@school${at}.example${',#N/A'.repeat(8)}`,
}

describe('importing tens of thousands of rows with a mistake in each', () => {
  it.each(Object.entries(lists))('needs no more memory for %s than for rows', async (_what, row) => {
    writeFileSync(
      desk.path('list.csv'),
      `${[fields, ...Array.from({ length: rows }, (_, at) => row(at))].join('\n')}\n`,
    )
    const ended = await desk.program(['centres', 'import', 'list.csv', '--yes', '--json'], {
      env: {
        PATH: process.env.PATH,
        HOME: desk.folder,
        SSH_ADMIN_DB: desk.path('hub.db'),
        NODE_OPTIONS: `--max-old-space-size=${enough}`,
      },
    })
    expect(ended.stderr).toBe('')
    expect(ended.exitCode).toBe(8)
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { read: rows, heldBack: rows } })
  })
})
