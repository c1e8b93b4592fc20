import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { onlyInFiles, onNamedServer, onServer, openNoStore } from '../engines.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))

/** Whoever imports one of these begins a store or opens one. */
const opensStores =
  /^(test\/(world|end-to-end\/program)\.ts|src\/db\/(store\/open|sqlite\/.*|postgres\/.*)\.ts)$/

/** What a file of tests imports, and what that does, as far as it is in `test`. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  if (!file.startsWith('test/')) return seen
  const text = readFileSync(join(root, file), 'utf8')
  // A type opens nothing.
  const imports = text.matchAll(
    /(?:^(?!import type\b)(?:import|export|\}) ?[^'\n]*|\bimport\()'(\.[^']+\.ts)'/gm,
  )
  for (const [, imported = ''] of imports) importsOf(join(dirname(file), imported), seen)
  return seen
}

const matches = (file: string, globs: readonly string[]) => globs.some((glob) => matchesGlob(file, glob))
const withStores = files.filter((file) => [...importsOf(file)].some((imported) => opensStores.test(imported)))

describe('the tests that open a store', () => {
  it('run on a server too, or are named with the reason why not', () => {
    const lists = [...onServer, ...onNamedServer, ...Object.keys(onlyInFiles)]
    expect(withStores.length).toBeGreaterThan(200)
    expect(withStores.filter((file) => !matches(file, lists))).toEqual([])
  })

  it('are none of those that are left out because they open none', () => {
    expect(withStores.filter((file) => matches(file, openNoStore))).toEqual([])
    for (const glob of openNoStore) expect(files.some((file) => matchesGlob(file, glob))).toBe(true)
  })

  it.each(Object.keys(onlyInFiles))('are there where they are named: %s', (glob) => {
    expect(withStores.some((file) => matchesGlob(file, glob))).toBe(true)
  })
})
