import stringWidth from 'string-width'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as passed } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { phaseProgress, progressInWords } from '../../src/cli/progress.ts'
import { sessionOf } from '../../src/cli/session.ts'
import { formatNumber } from '../../src/format-number.ts'
import { contextIn, newWorld } from '../world.ts'

const saving = { done: 13_500, share: 0.68, perSecond: 21_097, secondsLeft: 14 }
const inRoom = (columns: number) =>
  progressInWords(saving, { label: 'Saving …', formatCount: formatNumber, columns })

describe('how far it is, on one line', () => {
  it('says the share, how many, how fast and how long it will take', () => {
    expect(inRoom(77)).toBe('Saving … 68 %, 13,500, 21,097 a second, 14 s left')
  })

  it.each([
    [48, 'Saving … 68 %, 13,500, 14 s left'],
    [31, 'Saving … 68 %, 14 s left'],
  ])('keeps how long it will take in %d columns', (room, line) => {
    expect(inRoom(room)).toBe(line)
    expect(stringWidth(line)).toBeLessThanOrEqual(room)
  })
})

it('counts nothing before the first is done', () => {
  const begun = { done: 0, share: 0, perSecond: null, secondsLeft: null }
  expect(progressInWords(begun, { label: 'Saving …', formatCount: formatNumber, columns: 77 })).toBe(
    'Saving … 0 %',
  )
})

it('says how fast it goes, and how long the rest takes, only once it has gone on for a while', async () => {
  const world = newWorld()
  const stderr = new PassThrough()
  const session = sessionOf(
    { words: 'centres import', typed: {}, rehearses: true },
    {
      context: contextIn(world, { stdin: Readable.from([]), stdout: new PassThrough(), stderr }),
      argv: ['centres', 'import'],
      checkLine: () => Promise.reject(new Error('no line is looked at')),
    },
  )
  const phases = phaseProgress(session, 'json')
  await phases.begin('saving', 'Saving …', 100)
  await passed(250)
  phases.update(20)
  await passed(400)
  phases.update(50)
  await world.close()
  const reported = String(stderr.read()).trim().split('\n')
  const known = reported
    .map((text) => JSON.parse(text).progress)
    .map(({ perSecond, secondsLeft }) => [perSecond !== null, secondsLeft])
  expect(known).toEqual([
    [false, null],
    [false, null],
    [true, 1],
  ])
})

const saidNowAndThen = ['Saving … 50 %, 50, 10 a second, 5 s left', 'Saving … 100 %, 100, 10 a second']

it.each([
  ['is said in a line every five seconds at a terminal that draws nothing anew', true, {}, saidNowAndThen],
  ['is said to no pipe', false, {}, []],
  ['is said to no machine that runs tests', true, { CI: 'true' }, []],
])('%s', async (_, isTTY, env, said) => {
  const world = newWorld()
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80 })
  const context = contextIn(world, { stdin: Readable.from([]), stdout: new PassThrough(), stderr })
  const session = sessionOf(
    { words: 'centres import', typed: {}, rehearses: true },
    {
      context: { ...context, env: { ...context.env, TERM: 'dumb', CI: undefined, ...env } },
      argv: ['centres', 'import'],
      checkLine: () => Promise.reject(new Error('no line is looked at')),
    },
  )
  const clock = vi.spyOn(performance, 'now')
  clock.mockReturnValue(0)
  const phases = phaseProgress(session, undefined)
  await phases.begin('saving', 'Saving …', 100)
  for (const [ms, done] of [
    [1000, 10],
    [5000, 50],
    [6000, 60],
    [10_000, 100],
  ] as const) {
    clock.mockReturnValue(ms)
    phases.update(done)
  }
  clock.mockRestore()
  await world.close()
  expect(
    String(stderr.read() ?? '')
      .trim()
      .split('\n')
      .filter(Boolean),
  ).toEqual(said)
})
