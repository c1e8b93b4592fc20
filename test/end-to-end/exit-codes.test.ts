import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

describe('the exit code', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = newDesk()
    await desk.program(['seed', '--yes', '--centres', '2', '--users', '10'])
    writeFileSync(desk.path('letter.xlsx'), 'Dear Sir or Madam')
  })
  afterAll(() => desk.clear())

  const someone = 'nobody@school.example'
  it.each([
    { exit: 0, when: 'it is done', argv: ['users', 'list'] },
    { exit: 2, when: 'an option is unknown', argv: ['users', 'list', '--colour'] },
    { exit: 2, when: 'a command is unknown', argv: ['users', 'suspnd', someone] },
    { exit: 2, when: 'nobody can be asked', argv: ['store', 'rekey'] },
    { exit: 3, when: 'a rule stands in the way', argv: ['seed'] },
    { exit: 4, when: 'there is nobody of that name', argv: ['users', 'show', someone] },
    { exit: 5, when: 'the acting user may not', argv: ['users', 'list', '--as', someone] },
    { exit: 6, when: 'the file is no workbook', argv: ['centres', 'import', 'letter.xlsx', '--yes'] },
    { exit: 7, when: 'there is no store', argv: ['users', 'list', '--db', 'elsewhere.db'] },
  ])('is $exit when $when', async ({ exit, argv }) => {
    const ran = await desk.program([...argv, '--json'])
    expect(ran.exitCode, ran.stderr).toBe(exit)
    if (exit === 0) return
    expect(ran.stdout).toBe('')
    expect(JSON.parse(ran.stderr).error).toMatchObject({ code: expect.stringMatching(/^[a-z-]+$/) })
    expect(ran.stderr.trimEnd()).not.toContain('\n')
  })
})
