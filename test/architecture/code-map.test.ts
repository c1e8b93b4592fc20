import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
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

  it('is followed by what a run loads, as CONTRIBUTING.md has it', async () => {
    const [, line = ''] = /^(node --import tsx \S+) users show/m.exec(read('CONTRIBUTING.md')) ?? []
    const { stderr } = await execa({ shell: true, cwd: root })`${line} roles list`
    expect(stderr.split('\n')).toEqual(expect.arrayContaining(['src/commands/roles.ts', 'src/main.ts']))
  })

  it('has a row among the arrows for every room', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && readdirSync(join(root, 'src', entry.name)).length > 0)
      .map(({ name }) => name)
    const arrows = read('.dependency-cruiser.cjs')
    expect(rooms.filter((room) => !arrows.includes(`room('${room}'`) && room !== 'commands')).toEqual([])
  })
})
