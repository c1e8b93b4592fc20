import { Command } from 'commander'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setInvocation } from '../../src/cli/action.ts'
import { listing } from '../../src/cli/define.ts'
import { field } from '../../src/render/fields.ts'
import { contextIn, newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.store()
})
afterEach(() => world.close())

/** Rows without an end: only what streams can list them. */
function endless(made: { rows: number }) {
  return listing({
    name: 'numbers',
    summary: 'numbers',
    description: 'Numbers.',
    examples: ['ssh-admin numbers'],
    singular: 'number',
    answer: 'associateList',
    key: 'associates',
    fields: { number: field<number>('Number', (number) => number) },
    id: 'number',
    find: async () => ({
      rows: function* () {
        for (;;) {
          made.rows += 1
          yield made.rows
        }
      },
    }),
    json: (id) => ({ id, number: String(id), name: '', centres: 0, assigned: 0 }),
    emptyMessage: 'No number.',
  })
}

/** Lists to a reader who leaves after the first that reaches them. */
async function firstOf(...argv: string[]): Promise<{ text: string; rows: number; said: string }> {
  const made = { rows: 0 }
  const stdout = new PassThrough()
  let text = ''
  stdout.on('data', (chunk: Buffer) => {
    text ||= chunk.toString('utf8')
    stdout.destroy()
  })
  const program = new Command('ssh-admin').addCommand(endless(made))
  const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() }
  setInvocation(program, {
    context: contextIn(world, streams),
    argv,
    checkLine: async () => undefined,
  })
  await program.parseAsync(['numbers', ...argv], { from: 'user' })
  return { text, rows: made.rows, said: String(streams.stderr.read() ?? '') }
}

describe('a list without an end', () => {
  it.each([
    ['tsv', /^1\n2\n/],
    ['csv', /^"number"\r\n/],
    ['jsonl', /^\{"id":1,.*\n\{"id":2/],
    ['ids', /^1\n2\n/],
    ['json', /^\{"associates":\[\{"id":1,/],
    ['table', /^Number\n1\n2\n/],
  ])('reaches its reader from the first row on, as %s, and ends when they leave', async (format, first) => {
    const { text, rows } = await firstOf('--format', format)
    expect(text).toMatch(first)
    expect(rows).toBeLessThan(100_000)
  })

  it('ends at the limit, where nobody asks for the total, and says nothing beside its rows', async () => {
    expect(await firstOf('--limit', '3')).toEqual({ text: '1\n2\n3\n', rows: 3, said: '' })
  })
})
