import { mkdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

const encodings: [string, (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16 with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16 the other way round', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')],
]

describe('a text that somebody saved as', () => {
  it.each(encodings)('%s is read as a list on stdin, whatever ends its lines', async (_, encoded) => {
    for (const email of ['omar@a.example', 'sana@a.example', 'jan@a.example']) {
      await world.user(email, { centre: 'EG001' })
    }
    const stdin = encoded('omar@a.example\r\nsana@a.example\rjan@a.example\n')
    const ran = await world.run(['users', 'suspend', '-', '--yes', '--json'], { stdin })
    expect(ran.exit).toBe(0)
    expect(ran.json().users.map((user: { status: string }) => user.status)).toEqual([
      'suspended',
      'suspended',
      'suspended',
    ])
  })

  it.each(encodings)('%s is read as the configuration', async (_, encoded) => {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    writeFileSync(world.path('.config/ssh-admin/config.json'), encoded('{"mailFrom": "hub@school.example"}'))
    const ran = await world.run(['config', '--json'])
    expect(ran.stdout).toContain('hub@school.example')
  })

  it.each(encodings)('%s is read as the words of a letter', async (_, encoded) => {
    const words = (await world.run(['templates', 'show', 'password-reset'])).stdout
    writeFileSync(
      world.path('letter.txt'),
      encoded(words.replaceAll('Dear {{ name }}', 'Grüß Gott {{ name }}')),
    )
    const ran = await world.run(['templates', 'edit', 'password-reset', '--from', 'letter.txt', '--json'])
    expect(ran.json()).toMatchObject({ changed: true })
    const shown = (await world.run(['templates', 'show', 'password-reset'])).stdout
    expect(shown).toContain('Grüß Gott {{ name }}')
    expect(shown).not.toContain('\ufeff')
  })

  it('neither UTF-8 nor UTF-16 is refused, and says what to save it as', async () => {
    const stdin = Buffer.from('zoë@a.example\n', 'latin1')
    const ran = await world.run(['users', 'suspend', '-', '--yes', '--json'], { stdin })
    expect(ran.exit).toBe(6)
    expect(ran.error()).toMatchObject({ code: 'list-encoding', hint: 'Save it as UTF-8.' })
  })
})
