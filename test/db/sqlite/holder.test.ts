import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectSqlite } from '../../../src/db/sqlite/driver.ts'
import { holderOf, recordHolder, releaseStore, staleHolder } from '../../../src/db/sqlite/wait.ts'
import { newWorld } from '../../world.ts'

const nobody = 2 ** 30
let folder: string
let store: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holder-'))
  store = join(folder, 'hub.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

const noted = (note: object) =>
  writeFileSync(`${store}.writer`, JSON.stringify({ command: 'users suspend', ...note }))

describe('the note of who holds a store', () => {
  it('names nobody whose process is gone on this machine', () => {
    for (const host of [undefined, hostname()]) {
      noted({ pid: nobody, host })
      expect(holderOf(store)).toBeUndefined()
      expect(staleHolder(store)).toMatchObject({ holder: { pid: nobody } })
    }
  })

  it('of another machine is believed, whatever runs here, and left where it is', () => {
    for (const pid of [nobody, process.pid]) {
      noted({ pid, host: 'elsewhere.example' })
      expect(holderOf(store)).toMatchObject({ pid, host: 'elsewhere.example' })
      expect(staleHolder(store)).toBeUndefined()
      releaseStore(store)
      expect(existsSync(`${store}.writer`)).toBe(true)
    }
  })

  it('of its own is taken back', () => {
    recordHolder(store, 'users suspend')
    expect(holderOf(store)).toMatchObject({ pid: process.pid, host: hostname() })
    releaseStore(store)
    expect(existsSync(`${store}.writer`)).toBe(false)
  })

  it('is what whoever waits in vain is told, with the number of the process', async () => {
    const world = newWorld()
    await world.centre('EG001')
    const other = connectSqlite(world.db)
    other.exec('begin immediate')
    recordHolder(world.db, 'centres import')
    const ran = await world.run(['centres', 'edit', 'EG001', '--name', 'Giza', '--yes', '--wait', '1'])
    other.close()
    expect(ran.exit).toBe(7)
    expect(ran.stderr).toContain(`is in use by centres import (process ${process.pid}).`)
    await world.close()
  })
})
