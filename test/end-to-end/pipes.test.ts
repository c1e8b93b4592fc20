import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

describe('the program in a pipe', () => {
  let desk: Desk
  beforeEach(async () => {
    desk = newDesk()
    await desk.program(['seed', '--yes', '--centres', '50', '--users', '5000'])
  })
  afterEach(() => desk.clear())

  it('gives one record a line, without colour, and nothing on stderr', async () => {
    const { stdout, stderr, exitCode } = await desk.program(['users', 'list'])
    const lines = stdout.trimEnd().split('\n')
    expect({ exitCode, stderr, lines: lines.length }).toEqual({ exitCode: 0, stderr: '', lines: 5000 })
    expect(stdout).not.toContain('\u001b')
    expect(lines[0]).toContain('\t')
  })

  it('ends quietly when the reader has seen enough', async () => {
    const { stdout, stderr } = await desk.shell('ssh-admin users list | head -1')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toBe('')
  })

  it('ends quietly in the middle of an answer that is one of many rows held back', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => `EG001,School,Egypt,user${at}@school`)
    writeFileSync(desk.path('wrong.csv'), ['Centre number,Centre name,Country,Email', ...rows].join('\n'))
    const line = 'ssh-admin centres import wrong.csv --yes | head -1; echo ${PIPESTATUS[0]}'
    for (const json of ['', ' --json']) {
      const { stdout, stderr } = await desk.shell(line.replace(' |', `${json} |`))
      expect(stderr).toBe('')
      if (json === '') expect(stdout.trimEnd().split('\n')).toEqual([expect.stringMatching(/^import\t/), '8'])
    }
  })

  it('arrives whole through a slow pipe', async () => {
    const { stdout } = await desk.shell('ssh-admin users list --json | { sleep 1; wc -c; }')
    const whole = await desk.program(['users', 'list', '--json'])
    expect(Number(stdout)).toBe(Buffer.byteLength(whole.stdout))
    expect(JSON.parse(whole.stdout).users).toHaveLength(5000)
  })

  it('arrives whole, short or long, in a pipe that was full before and in a file that holds something', async () => {
    for (const line of ['users list --limit 1 --json', 'users list --json', 'users --help']) {
      const { stdout: whole } = await desk.program(line.split(' '))
      const full = `{ head -c 65536 /dev/zero; touch full; ssh-admin ${line}; }`
      const reader = '{ until [ -e full ]; do sleep 0.01; done; tail -c +65537; }'
      expect((await desk.shell(`rm -f full; ${full} | ${reader}`)).stdout.trimEnd()).toBe(whole.trimEnd())
      await desk.shell(`echo before > file; ssh-admin ${line} >> file; echo after >> file`)
      expect(readFileSync(desk.path('file'), 'utf8').trimEnd()).toBe(`before\n${whole.trimEnd()}\nafter`)
    }
  })

  it('ends as ever where there is nothing to write to, and keeps the order of what goes to one file', async () => {
    const nothing = await desk.shell('ssh-admin users list --limit 1 >&-; echo "$?"')
    expect(nothing.stdout.trimEnd()).toMatch(/^[09]$/)
    await desk.shell('ssh-admin users show nobody@school.example >both 2>&1; ssh-admin --version >>both')
    expect(readFileSync(desk.path('both'), 'utf8')).toMatch(/^error: (.*\n)+\d+[.]\d+[.]\d+\n$/)
  })

  it('says its own help at each width as it says the help of a noun: by the program', async () => {
    for (const width of ['40', '79', '80', '81', '93', '94', '200', 'x', '']) {
      const ask = (argv: string[]) =>
        desk.program(argv, { env: { HOME: desk.folder, COLUMNS: width }, extendEnv: false })
      const [atOnce, byProgram] = [await ask(['--help']), await ask(['--help', '--quiet'])]
      expect(atOnce).toMatchObject({ stdout: byProgram.stdout, stderr: '', exitCode: 0 })
    }
  })

  it.skipIf(!existsSync('/dev/full'))(
    'says in a line that the disk takes no answer, with the exit code of what is done and owed',
    async () => {
      const before = await desk.shell('ssh-admin users list --status active --fields email --limit 1')
      const email = before.stdout.trim().split('\n')[0] ?? ''
      for (const line of ['users list --json', 'centres export -', `users suspend ${email} --yes`]) {
        const { exitCode, stderr } = await desk.shell(`ssh-admin ${line} >/dev/full`)
        expect({ line, exitCode }).toEqual({ line, exitCode: 9 })
        expect(stderr).toContain('The answer could not be written: the disk is full.')
        expect(stderr).not.toContain('    at ')
        const isDone = 'What was to be changed is done'
        expect([line, stderr.includes(isDone)]).toEqual([line, line.includes('suspend')])
      }
      for (const line of [
        '--version',
        '--help',
        'users suspend --help',
        'users',
        'help json',
        'completion bash',
      ]) {
        const { exitCode, stderr } = await desk.shell(`ssh-admin ${line} >/dev/full`)
        expect([line, exitCode, stderr]).toEqual([
          line,
          9,
          expect.stringMatching(
            /^error: The answer could not be written: the disk is full[.]\n(hint: .*\n)?$/,
          ),
        ])
      }
      const after = await desk.program(['users', 'show', email, '--json'])
      expect(JSON.parse(after.stdout)).toMatchObject({ status: 'suspended' })
    },
  )

  it.skipIf(!existsSync('/dev/full'))('says of a batch that it is done only where something is', async () => {
    const list = await desk.shell('ssh-admin users list --status active --fields email --limit 1')
    const email = list.stdout.trim().split('\n')[0] ?? ''
    const [refused, done] = ['users suspend nobody@nowhere.example', `users reset-password ${email}`]
    for (const lines of [[refused], [refused, done], [done]])
      for (const json of ['', ' --json']) {
        const batch = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | ssh-admin batch --yes`
        const { exitCode, stderr } = await desk.shell(`${batch}${json} >/dev/full`)
        expect([lines, exitCode]).toEqual([lines, 9])
        expect(stderr).toContain('The answer could not be written: the disk is full.')
        if (lines[0] === refused) expect(stderr).not.toContain('is done')
      }
  })

  it('is coloured only when that is forced', async () => {
    const help = (env: Record<string, string>) =>
      desk.program(['help', 'exit-codes'], { env: { HOME: desk.folder, ...env }, extendEnv: false })
    expect((await help({})).stdout).not.toContain('\u001b')
    expect((await help({ FORCE_COLOR: '1' })).stdout).toContain('\u001b[1m')
    expect((await help({ NO_COLOR: '1' })).stdout).not.toContain('\u001b')
    expect((await help({ NO_COLOR: '1', FORCE_COLOR: '1' })).stdout).not.toContain('\u001b')
    expect((await help({ NO_COLOR: '', FORCE_COLOR: '1' })).stdout).toContain('\u001b[1m')
  })
})
