import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('the map of the code', () => {
  it.each(['docs/code-map.md', 'CONTRIBUTING.md'])('%s names paths that are there', (document) => {
    const named = [...read(document).matchAll(/`((?:src|test|docs|bench|fixtures|bin)\/[^`\s]*)`/g)]
      .map(([, path]) => path ?? '')
      // NOUN and VERB stand for any.
      .filter((path) => !/[A-Z]{3}/.test(path))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('has a row among the arrows for every room', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && readdirSync(join(root, 'src', entry.name)).length > 0)
      .map(({ name }) => name)
    const arrows = read('.dependency-cruiser.cjs')
    expect(rooms.filter((room) => !arrows.includes(`room('${room}'`) && room !== 'commands')).toEqual([])
  })
})
