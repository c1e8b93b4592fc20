import { writeFileSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csv, line } from '../import/workbook.ts'
import { typistAt } from '../terminal.ts'
import { bin, type Desk, newDesk } from './program.ts'

/** What a terminal that nobody gave a size may get, in characters. */
const max = 20_000

describe('at a terminal of no width', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    const lines = Array.from({ length: 50 }, (_, n) => line('EG001', `user${n}@school.example`))
    writeFileSync(desk.path('centres.csv'), csv(lines))
  })
  afterEach(() => desk.clear())

  const unsized = (command: string) =>
    typistAt(
      spawn('bash', ['-c', `stty cols 0 rows 0; '${process.execPath}' '${bin}' ${command}`], {
        cwd: desk.folder,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: desk.folder,
          TERM: 'xterm-256color',
          SSH_ADMIN_DB: desk.path('hub.db'),
        },
      }),
    )

  it('an import, the list, and the sending of mail end, with a few lines', async () => {
    const imported = await unsized('centres import centres.csv --yes').leaves()
    expect({ exit: imported.exit, short: imported.raw.length < max }).toEqual({ exit: 0, short: true })
    const listed = await unsized('centres list').leaves()
    expect(listed).toMatchObject({ exit: 0, text: expect.stringContaining('School EG001') })
    const sent = await unsized('mail send --import 1').leaves()
    expect({ exit: sent.exit, short: sent.raw.length < max }).toEqual({ exit: 0, short: true })
    expect(sent.text).toContain('50 written')
  })

  it('a question can be answered', async () => {
    await unsized('centres import centres.csv --yes').leaves()
    const asked = unsized('users suspend user1@school.example')
    await asked.sees('Suspend')
    asked.types('y\r')
    const { exit, raw } = await asked.leaves()
    expect({ exit, short: raw.length < max }).toEqual({ exit: 0, short: true })
  })
})
