import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

it('says of a file that goes in and of one that comes out how much of it has, by share and size', async () => {
  const bytes = 3_000_000
  writeFileSync(world.path('listening.mp3'), Buffer.alloc(bytes, 'sound'))
  const facts = ['--title', 'Listening', '--kind', 'listening-audio', '--series', '2026-06']
  const uploaded = await world.run(['resources', 'upload', 'listening.mp3', ...facts, '--yes'], {
    terminal: true,
  })
  expect(uploaded.stderr).toContain('Reading listening.mp3 … 100 %, 3.0 MB')
  expect(uploaded.stderr).toContain('Uploading listening.mp3 … 100 %, 3.0 MB')
  const downloaded = await world.run(['resources', 'download', '1', '--out', 'out.mp3'], { terminal: true })
  expect(downloaded.stderr).toContain('Writing out.mp3 … 100 %, 3.0 MB')
})
