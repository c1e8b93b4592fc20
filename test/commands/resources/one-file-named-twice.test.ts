import { mkdirSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { newWorld } from '../../world.ts'

it('makes one resource of one file that is named by two paths', async () => {
  const world = newWorld()
  mkdirSync(world.path('copy'))
  for (const name of ['a.mp3', 'copy/a.mp3', 'b.mp3']) writeFileSync(world.path(name), 'sound')
  await world.run(['store', 'init'])
  const facts = ['--title', 'Listening', '--kind', 'other', '--series', '2026-06', '--json']
  const files = ['a.mp3', './a.mp3', world.path('a.mp3'), 'copy/a.mp3', 'b.mp3']
  const { exit, json } = await world.run(['resources', 'upload', ...files, ...facts])
  expect(exit).toBe(0)
  const uploaded = json().resources.map(({ id, file }: { id: number; file: string }) => [id, file])
  expect(uploaded).toEqual([
    [1, 'a.mp3'],
    [2, 'b.mp3'],
  ])
  const unnamed = await world.run(['resources', 'upload', '', ...facts])
  expect([unnamed.exit, unnamed.error().message]).toEqual([2, 'The name of a file is empty.'])
  await world.close()
})
