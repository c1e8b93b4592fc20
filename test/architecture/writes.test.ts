import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src/', import.meta.url))
const theOnePlace = ['disk.ts', 'fault-points.ts']

/** stdout and stderr are no files of anybody. */
const streams = ['output.ts']

/** What of node:fs only looks, or lets go. */
const readCalls = new Set([
  'access',
  'accessSync',
  'closeSync',
  'constants',
  'createReadStream',
  'existsSync',
  'fstatSync',
  'lstat',
  'lstatSync',
  'open',
  'openSync',
  'opendir',
  'readFile',
  'readFileSync',
  'readSync',
  'readdir',
  'readdirSync',
  'readlinkSync',
  'realpath',
  'realpathSync',
  'stat',
  'statSync',
  'statfsSync',
])

/** Files that open one to read it. */
const opening = ['input-file.ts', 'db/sqlite/header.ts']

interface Import {
  file: string
  name: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(src + file, 'utf8')
  const whole =
    /import\s+\*\s+as\s+\w+\s+from\s+'(?:node:)?fs(?:\/promises)?'|import\s+\w+\s+from\s+'(?:node:)?fs/
  if (whole.test(text)) return [{ file, name: '*' }]
  const named =
    /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(?:node:)?fs(?:\/promises)?'|\{([^{}]*)\}\s*=\s*await import\('(?:node:)?fs(?:\/promises)?'\)/g
  return [...text.matchAll(named)].flatMap(([, first, second]) =>
    (first ?? second ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '' && !part.startsWith('type '))
      .map((part) => ({ file, name: part.split(/\s+as\s+|:/)[0]?.trim() ?? '' })),
  )
}

describe('writing to the disk', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && ![...theOnePlace, ...streams].includes(file),
  )

  it('is done through src/disk.ts: no file imports what writes, renames, removes or syncs from node:fs', () => {
    const found = files.flatMap(importsOf)
    expect(found.length).toBeGreaterThan(10)
    const opens = (name: string) => name === 'open' || name === 'openSync'
    expect(
      found.filter(({ file, name }) => !readCalls.has(name) || (opens(name) && !opening.includes(file))),
    ).toEqual([])
  })

  it('is done by no package that writes files itself', () => {
    const writers = /from '(write-file-atomic|fs-extra|graceful-fs|tmp|rimraf)'/
    expect(files.filter((file) => writers.test(readFileSync(src + file, 'utf8')))).toEqual([])
  })
})
