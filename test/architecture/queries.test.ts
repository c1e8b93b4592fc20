import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

it('the store is asked in src/db alone', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file))
  const asking = files.filter((file) =>
    /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(asking.length).toBeGreaterThan(30)
  expect(asking.filter((file) => !file.startsWith('db/'))).toEqual([])
})
