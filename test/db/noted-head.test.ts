import { existsSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NotedHead, readHeadFile, writeHeadFile } from '../../src/db/audit/head-file.ts'
import { newWorld, type World } from '../world.ts'

const head = (events: number) => ({ events, head: String(events).padStart(64, '0') })

describe('the head that one process notes of a log', () => {
  let world: World
  let file: string
  const noted = () => readHeadFile(file)?.events
  beforeEach(() => {
    world = newWorld()
    file = world.path('hub.db.key.head')
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
    return world.close()
  })

  /** As after each change. */
  const change = (one: NotedHead, events: number) => one.leave(head(events)) || one.write(file, head(events))

  it('is noted after each change', () => {
    const one = new NotedHead()
    for (const events of [1, 2, 3]) {
      change(one, events)
      expect(noted()).toBe(events)
    }
  })

  it('of many changes is noted at once, then once in a while, and at the end', () => {
    const one = new NotedHead()
    one.rest(250)
    change(one, 1)
    expect(noted()).toBe(1)
    change(one, 2)
    expect(noted()).toBe(1)
    vi.advanceTimersByTime(1000)
    change(one, 3)
    expect(noted()).toBe(3)
    change(one, 4)
    one.end(() => file)
    expect(noted()).toBe(4)
  })

  it('is let alone at the end where another process went further, or the file is gone', () => {
    const one = new NotedHead()
    one.rest(250)
    change(one, 1)
    change(one, 2)
    writeHeadFile(file, head(9))
    one.end(() => file)
    expect(noted()).toBe(9)
    vi.advanceTimersByTime(1000)
    change(one, 10)
    change(one, 11)
    rmSync(file)
    one.end(() => file)
    expect(existsSync(file)).toBe(false)
  })
})

it('ends at the last change of a batch', async () => {
  const world = newWorld()
  await world.centre('EG001')
  for (const name of ['a', 'b', 'c'])
    await world.user(`${name}@school.example`, { centre: 'EG001', hubRole: 'teacher' })
  const stdin = ['a', 'b', 'c'].map((name) => `users suspend ${name}@school.example`).join('\n')
  expect(await world.run(['batch', '--yes'], { stdin })).toMatchObject({ exit: 0 })
  const { events } = (await world.run(['audit', 'list', '--limit', '1', '--json'])).json()
  expect(readHeadFile(`${world.db}.key.head`)?.events).toBe(events[0].id)
  await world.close()
})
