import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { worldFor } from '../example-worlds.ts'
import type { World } from '../world.ts'

const lines = [
  'users list',
  'users show amira@school.example',
  'users suspend amira@school.example --dry-run',
  'users transfer amira@school.example --to omar@school.example --dry-run',
  'centres show EG001',
  'coordinator show EG001',
  'associates list',
  'roles list',
  'roles list --matrix',
  'roles check omar@school.example users.suspend amira@school.example',
  'mail list',
  'audit list',
  'templates list',
  'store info',
  'config',
  'help',
  'help exit-codes',
  'help mail',
  'help json',
] as const

describe('the JSON schemas that `help json --json` prints', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  let world: World
  let published: { schemas: Record<string, object>; answers: Record<string, string> }
  beforeAll(async () => {
    world = await worldFor({ words: 'users list', example: 'users list' })
    published = (await world.run(['help', 'json', '--json'])).json()
  })
  afterAll(() => world.close())

  const validatorOf = (words: readonly string[]) => {
    const name = [3, 2, 1]
      .map((length) => published.answers[words.slice(0, length).join(' ')])
      .find((found) => found !== undefined)
    return ajv.compile(published.schemas[name ?? ''] ?? {})
  }

  it('are schemas, each closed to what it does not name', () => {
    for (const [name, schema] of Object.entries(published.schemas)) {
      expect(ajv.validateSchema(schema), name).toBe(true)
      expect(JSON.stringify(schema), name).toContain('"additionalProperties":false')
    }
  })

  it('have one for each command', () => {
    for (const name of Object.values(published.answers))
      expect(Object.keys(published.schemas)).toContain(name)
  })

  it.each(lines)('describe what `%s` answers, and nothing more', async (line) => {
    const words = line.split(' ')
    const validate = validatorOf(words)
    const answer = (await world.run([...words, '--json'])).json()
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...answer, added: 1 })).toBe(false)
    const { notices: _, ...less } = answer
    expect(validate(less)).toBe(false)
  })

  it('describe a failure with several problems', async () => {
    const words = ['users', 'suspend', 'huda@school.example', 'nobody@school.example', '--yes', '--json']
    const { stderr } = await world.run(words)
    const validate = ajv.compile(published.schemas.error ?? {})
    expect(validate(JSON.parse(stderr)), JSON.stringify(validate.errors)).toBe(true)
    expect(JSON.parse(stderr).error.details.problems).toMatchObject([
      { code: 'is-coordinator', hint: expect.any(String) },
      { code: 'user-not-found', hint: null },
    ])
  })
})

describe('with --json', () => {
  it.each([...lines, 'audit verify', 'users list --search nobody-at-all'])(
    'a terminal gets `%s` indented, a pipe in one line',
    async (line) => {
      const world = await worldFor({ words: 'users list', example: 'users list' })
      try {
        const shown = await world.run([...line.split(' '), '--json'], { terminal: true })
        const piped = await world.run([...line.split(' '), '--json'])
        expect(shown.stdout).toBe(`${JSON.stringify(shown.json(), null, 2)}\n`)
        expect(piped.stdout).toBe(`${JSON.stringify(piped.json())}\n`)
      } finally {
        await world.close()
      }
    },
  )
})
