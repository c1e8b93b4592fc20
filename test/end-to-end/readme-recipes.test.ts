import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
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

describe('the way back from an import of entries and Key Times', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  it('is typed as docs/releases.md has it, and leaves what stood before', async () => {
    const page = readFileSync(join(root, 'docs/releases.md'), 'utf8')
    const section = /### Going back\n([\s\S]*?)\n## /.exec(page)?.[1] ?? ''
    const [keepsEntries = '', keepsTimes = '', entriesBack = '', timesBack = ''] = [
      ...section.matchAll(/^ {4}(.+)$/gm),
    ].map(([, line = '']) => line)
    const typed = async (line: string) => {
      const { exitCode, stdout, stderr } = await desk.shell(line)
      expect({ line, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({
        line,
        exitCode: 0,
        stderr: '',
      })
      return stdout
    }
    const imported = async (noun: string, rows: readonly string[]) => {
      writeFileSync(desk.path('rows.csv'), `${rows.join('\n')}\n`)
      await typed(`ssh-admin ${noun} import rows.csv --yes`)
    }
    const entries = (...rows: string[]) => ['Centre number,Series,Component,Candidates', ...rows]
    const times = (...rows: string[]) => ['Country,Administrative zone,Session,Local time,From', ...rows]
    const shown = async () => [
      await typed('ssh-admin entries list --format csv'),
      await typed('ssh-admin key-times list --fields country,session,local-time,from --format csv'),
    ]
    await typed(`ssh-admin centres create EG001 --name 'The "Nile" School' --country EG`)
    await imported('entries', entries('EG001,2026-06,0500/12,3', 'EG002,2026-06,0500/12,2'))
    await imported('key-times', times('Egypt,3,AM,10:00,', 'Egypt,3,PM,14:00,'))
    const before = await shown()
    await typed(keepsEntries)
    await typed(keepsTimes)
    const other = entries('EG001,2026-06,0500/12,9', 'EG002,2026-06,0500/12,0', 'EG001,2026-06,0510/12,4')
    await imported('entries', other)
    await imported(
      'key-times',
      times('Egypt,3,AM,10:30,', 'Egypt,3,AM,11:00,2026-09-01', 'Pakistan,4,AM,9:00,'),
    )
    expect(await shown()).not.toEqual(before)

    await typed(entriesBack)
    await typed(timesBack)
    expect(await shown()).toEqual(before)
    // Nothing was added meanwhile: it does no harm.
    await typed(entriesBack)
    expect(await shown()).toEqual(before)
  }, 120_000)
})
