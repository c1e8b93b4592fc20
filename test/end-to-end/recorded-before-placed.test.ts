import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from '../torture/desk.ts'

let desk: Desk
beforeEach(async () => {
  desk = newDesk()
  await desk.run(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt'])
  await desk.run(['users', 'add', 'Amira Haddad <amira@school.example>', '--centre', 'EG001'])
})
afterEach(() => desk.clear())

describe('what leaves the store in a file', () => {
  it.each([
    ['audit.exported', 'log.jsonl', ['audit', 'export', 'log.jsonl']],
    ['audit.exported', 'log.xlsx', ['audit', 'export', 'log.xlsx']],
    ['centres.exported', 'roster.csv', ['centres', 'export', 'roster.csv']],
    ['mail.shown', 'page.html', ['mail', 'show', '1', '--html', 'page.html']],
  ] as const)('is named by the log as %s before %s is there', async (action, file, argv) => {
    const killed = await desk.run([...argv, '--yes'], { fault: `kill link ${file}` })
    expect([killed.signal, existsSync(desk.path(file))]).toEqual(['SIGKILL', false])
    const { stdout } = await desk.run(['audit', 'list', '--action', action, '--json'])
    expect(JSON.parse(stdout).events).toHaveLength(1)
  })
})
