import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Where the process is named, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'context.ts': 'it is the context',
  'main.ts': 'it is the process',
  'fault-points.ts': 'no published program has it',
  'db/store/key-command.ts': 'the command of a secret manager is another program',
  'db/postgres/password-file.ts':
    'pg reads the environment of libpq, and so does what stands in for a part of it',
  'db/postgres/connection.ts': 'what an address leaves out is in the environment of libpq',
  'cli/completion.ts': 'the library that completes answers by console.log, which is taken from it',
  'utc-offset.ts': 'Date goes by TZ, which names another zone while one question is answered',
}

const reaching = [
  /\bconsole\./,
  /\bprocess\.(stdin|stdout|stderr|cwd|env|argv|exit|chdir)\b/,
  /from 'node:(child_process|process)'/,
]

describe('what a command does', () => {
  it('reaches the process through its context alone', () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file))
    const found = files.filter((file) => {
      const text = readFileSync(join(src, file), 'utf8')
      return !(file in exceptions) && reaching.some((way) => way.test(text))
    })
    expect(files.length).toBeGreaterThan(100)
    expect(found).toEqual([])
  })
})
