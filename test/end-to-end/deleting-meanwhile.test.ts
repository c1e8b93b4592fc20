import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'

const amira = 'amira@school.example'
const heading = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'

describe('deleting a user while something else happens', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await desk.program(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt'])
    const site = ['--site', 'cambridge-primary']
    for (const person of [`Amira Haddad <${amira}>`, 'Omar Said <omar@school.example>'])
      await desk.program(['users', 'add', person, '--centre', 'EG001', ...site])
    const result = `${amira},cambridge-primary,4B,4,English,Paper 1,2026-02-02,Ali,31`
    writeFileSync(desk.path('results.csv'), `${heading}\n${result}\n`)
  })
  afterEach(() => desk.clear())

  const counts = () => {
    const raw = connectSqlite(desk.path('hub.db'))
    const one = (sql: string) => raw.prepare(sql).pluck().get()
    const found = {
      deleted: one(`select count(*) from users where email_key = '${amira}' and status = 'deleted'`),
      orphans: one(
        `select count(*) from learner_groups join users on users.id = owner_id where status = 'deleted'`,
      ),
      results: one('select count(*) from results'),
      check: one('pragma integrity_check'),
    }
    raw.close()
    return found
  }

  it('an import by another process at the same moment loses nothing', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [deletion, importing] = await Promise.all([
        desk.program(['users', 'delete', amira, '--suspend', '--yes']),
        desk.program(['progression-tests', 'import', 'results.csv', '--yes']),
      ])
      const { deleted, orphans, results } = counts()
      expect(orphans).toBe(0)
      if (deleted === 1) {
        expect([deletion.exitCode, importing.exitCode, results]).toEqual([0, 6, 0])
        await desk.program(['users', 'restore', amira])
      } else {
        expect([deletion.exitCode, importing.exitCode, results]).toEqual([3, 0, 1])
        await desk.program(['users', 'transfer', amira, '--to', 'omar@school.example', '--yes'])
        break
      }
    }
  })

  it('a crash in the middle leaves all of it done, or none', async () => {
    await desk.program(['progression-tests', 'import', 'results.csv'])
    const words = ['users', 'delete', amira, '--suspend', '--transfer-to', 'omar@school.example', '--yes']
    const env = { PATH: process.env.PATH, HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') }
    for (const after of [120, 160, 200, 240, 280, 320, 400]) {
      const running = spawn(process.execPath, [bin, ...words], { cwd: desk.folder, env, stdio: 'ignore' })
      const ended = new Promise((resolve) => running.once('close', resolve))
      await pause(after)
      running.kill('SIGKILL')
      await ended
      const { deleted, orphans, results, check } = counts()
      expect({ orphans, results, check }).toEqual({ orphans: 0, results: 1, check: 'ok' })
      if (deleted === 1) break
      const { stdout } = await desk.program(['users', 'show', amira, '--json'])
      expect(JSON.parse(stdout)).toMatchObject({ status: 'invited', progressionTests: { results: 1 } })
    }
  })
})
