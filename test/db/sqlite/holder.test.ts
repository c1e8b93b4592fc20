import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holderOf, noteHolder, releaseStore, staleHolder } from '../../../src/db/sqlite/wait.ts'

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
    noteHolder(store, 'users suspend')
    expect(holderOf(store)).toMatchObject({ pid: process.pid, host: hostname() })
    releaseStore(store)
    expect(existsSync(`${store}.writer`)).toBe(false)
  })
})
