import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
})
afterEach(() => world.close())

/** It goes before anything else is written. */
const gone = '\r\u001b[K'
const many = Array.from({ length: 201 }, (_, at) => `nobody-${at}@school.example`)

describe('what may hold the process up for seconds', () => {
  it('is said at a terminal before it does, and goes before the answer or the refusal', async () => {
    const ran = await world.run(['users', 'suspend', ...many, '--yes'], { terminal: true })
    expect(ran.stderr).toMatch(/^Looking at 201 …/)
    expect(ran.stderr.split(gone)).toEqual([
      'Looking at 201 …',
      expect.stringMatching(/^(?:\u001b\[\d+m)?error:/),
    ])
  })

  it('is said of a batch of many lines, and of a workbook with many who are made up', async () => {
    const stdin = many.map((email) => `users suspend ${email}\n`).join('')
    const batch = await world.run(['batch', '--yes'], { terminal: true, stdin })
    expect(batch.stderr).toContain(`Looking at 201 lines …${gone}`)
    const few = await world.run(['batch', '--yes'], { terminal: true, stdin: 'users list\n' })
    expect(few.stderr).not.toContain('Looking')
    const seed = ['seed', '--centres', '1', '--users', '3000', '--xlsx', 'many.csv']
    expect((await world.run(seed, { terminal: true })).stderr).toContain(
      `Making up 3,000 users at 1 centre …${gone}`,
    )
  })

  itInAFile('is said of a large store, and of a small one not', async () => {
    const list = () => world.run(['users', 'list'], { terminal: true })
    expect((await list()).stderr).toBe('')
    writeFileSync(world.path('long.wav'), Buffer.alloc(5 * 1024 * 1024, 'x'))
    await world.run('resources upload long.wav --title Long --kind other --series 2026-06'.split(' '))
    expect((await list()).stderr).toBe(`Reading the store …${gone}`)
    expect((await world.run(['store', 'check'], { terminal: true })).stderr).toContain(
      `Looking through the store …${gone}`,
    )
  })

  it.each([
    ['in a pipe', {}, []],
    ['with --quiet', { terminal: true }, ['--quiet']],
    ['with --json', { terminal: true }, ['--json']],
    ['where nothing can be drawn anew', { terminal: true, env: { TERM: 'dumb' } }, []],
  ])('is not said %s', async (_, typing, more) => {
    const { stderr } = await world.run(['users', 'suspend', ...many, '--yes', ...more], typing)
    expect(stderr).not.toContain('Looking at')
  })
})
