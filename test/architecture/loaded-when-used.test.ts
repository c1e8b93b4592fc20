import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../built-program.ts'

it('a module of Node that the loader puts off is imported by name alone: at run time it would be empty', () => {
  const loader = readFileSync(join(root, 'bin/program.js'), 'utf8')
  const [, list = ''] = /NODE_MODULES = new Set\(\[([^\]]*)\]/.exec(loader) ?? []
  const putOff = [...list.matchAll(/'(node:[\w/]+)'/g)].map(([, name]) => name)
  expect(putOff).toContain('node:net')
  const src = join(root, 'src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const found = files.filter((file) => {
    const text = readFileSync(join(src, file), 'utf8')
    return putOff.some((name) =>
      new RegExp(`import\\('${name}'\\)|import (\\* as )?\\w+ from '${name}'`).test(text),
    )
  })
  expect(found).toEqual([])
})
