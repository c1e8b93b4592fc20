import { describe, expect, it } from 'vitest'
import { questionOnOneLine } from '../../src/cli/confirm.ts'

const names = (many: number) => Array.from({ length: many }, (_, at) => `    name ${at + 1}.`)

describe('a question that nobody can be asked', () => {
  it('is told to its end', () => {
    expect(questionOnOneLine("'omar' is Omar Said.\nSuspend Omar Said? They cannot sign in.")).toBe(
      "'omar' is Omar Said. Suspend Omar Said? They cannot sign in.",
    )
    expect(questionOnOneLine('Suspend these 2 people? They cannot sign in.\n  Omar\n  Lina\n ')).toBe(
      'Suspend these 2 people? They cannot sign in.',
    )
  })

  it('is told with all of its table', () => {
    const facts = ['  Centres      3', '  First opens  08:00', '  Last opens   09:00', '  Time zones   UTC']
    expect(questionOnOneLine(['Release 1:', ...facts, 'Release it?'].join('\n'))).toBe(
      'Release 1: Centres 3; First opens 08:00; Last opens 09:00; Time zones UTC. Release it?',
    )
  })

  it('names the first of what it lists, and lets no colon hang', () => {
    expect(questionOnOneLine(['It closes for:', ...names(3), 'Close it?'].join('\n'))).toBe(
      'It closes for: name 1; name 2; name 3. Close it?',
    )
    expect(questionOnOneLine(['It closes for:', ...names(4), 'Close it?'].join('\n'))).toBe(
      'It closes for: name 1; name 2; name 3; … Close it?',
    )
  })
})
