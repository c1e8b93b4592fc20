import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk, root } from './program.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

describe('the README', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
    symlinkSync(join(root, 'fixtures'), desk.path('fixtures'))
  })
  afterEach(() => desk.clear())

  it('has a file for CI whose steps run as they stand there', async () => {
    const workflow = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const steps = [...workflow.matchAll(/- run: (.+)/g)].map(([, step = '']) => step)
    expect(steps.length).toBeGreaterThan(3)
    for (const step of steps) {
      const { exitCode, stderr } = await desk.shell(step)
      expect({ step, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        step,
        exitCode: 0,
        stderr: '',
      })
    }
    expect(JSON.parse(readFileSync(desk.path('import.json'), 'utf8'))).toMatchObject({
      rows: { heldBack: 0 },
    })
  })

  it('begins with two lines to type', () => {
    const quick = /## Quick start\n\n```sh\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? ''
    expect(quick.split('\n')).toHaveLength(2)
  })
})
