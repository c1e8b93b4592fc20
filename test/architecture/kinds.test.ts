import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const commands = fileURLToPath(new URL('../../src/commands/', import.meta.url))

const files = readdirSync(commands, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(`${commands}${file}`, 'utf8') }))

describe('the kinds of command', () => {
  it('are query, listing and mutation: one that is none of them says why', () => {
    const others = files.filter(({ text }) => /\bcommand\(\{/.test(text))
    const silent = others.filter(({ text }) => !/^\/\*\* .*Of no other kind: .+[.] \*\/$/m.test(text))
    expect(others.length).toBeLessThan(20)
    expect(silent.map(({ file }) => file)).toEqual([])
  })
})
