import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/cli/help/topics.ts'
import { shapesOfJson } from '../../src/render/json.ts'
import { newWorld, type World } from '../world.ts'

describe('the help', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it.each(Object.keys(topics))('explains %s, to people and to scripts', async (topic) => {
    const help = await world.run(['help', topic])
    expect(help).toMatchObject({ exit: 0, stderr: '' })
    expect(help.stdout.split('\n').every((line) => line.length <= 220)).toBe(true)
    expect((await world.run(['help', topic, '--json'])).json()).toMatchObject({ topic })
  })

  it('knows a misspelt topic', async () => {
    const ran = await world.run(['help', 'setings', '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({ code: 'unknown-topic', details: { candidates: ['settings'] } })
  })

  it.each(['--help', 'users --help', 'users add --help'])(
    'of %s says what is its own first',
    async (line) => {
      const { stdout } = await world.run(line.split(' '))
      const [own = '', ofEvery = '', ...more] = stdout.split('Options of every command:\n')
      expect(more).toEqual([])
      expect(own).not.toContain('--key-file')
      expect(ofEvery).toMatch(/--json.*--key-file.*--help/s)
      expect(own).toMatch(/Commands:|--centre <centre>.*Examples:.*Columns/s)
    },
  )

  it.each([
    ['help users --json', 'users'],
    ['users --json', 'users'],
    ['help store backup --json', 'store backup'],
    ['users show Amira --help --json', 'users show'],
    ['centres imports show --help --format json', 'centres imports show'],
    ['--json --help', ''],
    ['--json', ''],
  ])('of %s is a document, as every answer is', async (line, command) => {
    const { text, ...rest } = JSON.parse((await world.run(line.split(' '))).stdout)
    expect(rest).toEqual({ command, notices: [] })
    expect(text).toMatch(`Usage: ssh-admin ${command}`)
    expect(() => shapesOfJson().help.parse({ ...rest, text })).not.toThrow()
  })

  it.each(['--version --json', '--json -V'])(
    'has no part in %s, which is the document of version',
    async (line) => {
      const { stdout } = await world.run(['version', '--json'])
      expect((await world.run(line.split(' '))).stdout).toBe(stdout)
    },
  )

  it('of a command is the same before and after its words', async () => {
    const before = await world.run(['help', 'store', 'backup'])
    expect(before.stdout).toBe((await world.run(['store', 'backup', '--help'])).stdout)
    expect(before.stdout).toContain('ssh-admin store backup hub-backup.db')
  })
})
