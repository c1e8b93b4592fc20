import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Typist, typistAt } from '../terminal.ts'
import { bin, type Desk, newDesk } from './program.ts'

const hasBash = (await execa('bash', ['--version'], { reject: false })).exitCode === 0

// No start-up files: what other packages bring to complete with is not there.
describe.skipIf(!hasBash)('TAB in bash', () => {
  let desk: Desk
  let bash: Typist
  beforeEach(async () => {
    desk = newDesk()
    mkdirSync(desk.path('bin'))
    writeFileSync(
      desk.path('bin/ssh-admin'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> '${desk.path('calls')}'\nexec '${process.execPath}' '${bin}' "$@"\n`,
    )
    chmodSync(desk.path('bin/ssh-admin'), 0o755)
    mkdirSync(desk.path('work'))
    bash = typistAt(
      spawn('bash', ['--norc', '--noprofile', '-i'], {
        cols: 200,
        rows: 40,
        cwd: desk.path('work'),
        env: {
          PATH: `${desk.path('bin')}:${process.env.PATH}`,
          HOME: desk.folder,
          PS1: '$ ',
          TERM: 'xterm',
          SSH_ADMIN_DB: desk.path('hub.db'),
        },
      }),
    )
    bash.types('source <(ssh-admin completion bash); echo ready$((1+1))\r')
    await bash.sees('ready2')
  })
  afterEach(async () => {
    bash.types('\x15exit\r')
    await bash.leaves()
    desk.clear()
  })

  const completes = async (typed: string, completed: string) => {
    bash.types(`${typed}\t`)
    await bash.sees(completed)
  }

  it('completes verbs, options and their values', async () => {
    await completes('ssh-admin store bac', 'ssh-admin store backup ')
    bash.types('\x15')
    await completes('ssh-admin audit list --ki', 'audit list --kind ')
    bash.types('\x15')
    await completes('ssh-admin users list --site sch', '--site school-support-hub')
    bash.types('\x15')
    await completes('ssh-admin users list --site=sch', '--site=school-support-hub')
  })

  it('completes addresses and numbers of the store, on either side of the @', async () => {
    await desk.program(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG'])
    await desk.program(['users', 'add', 'Omar Said <omar@nile.example>', '--centre', 'EG001'])
    await completes('ssh-admin users show om', 'users show omar@nile.example')
    bash.types('\x15')
    await completes('ssh-admin users show omar@n', 'users show omar@nile.example')
    bash.types('\x15')
    await completes('ssh-admin users list --centre EG', 'users list --centre EG001')
  })

  it('completes the names of files where a file is wanted', async () => {
    writeFileSync(desk.path('work/the roster.xlsx'), '')
    await completes('ssh-admin centres import the', String.raw`import the\ roster.xlsx`)
    bash.types('\x15')
    await completes('ssh-admin users list --db=the', String.raw`--db=the\ roster.xlsx`)
  })

  it.each([
    ['a redirection', 'ssh-admin audit list > keep.txt --ki', 'audit list > keep.txt --kind '],
    ['another', 'ssh-admin audit list >keep.txt --ki', 'audit list >keep.txt --kind '],
    ['a command in brackets', 'ssh-admin audit list --search "$(touch made)" --ki', '--kind '],
    ['a quote and a command', `ssh-admin audit list --search "';touch made;'" --ki`, '--kind '],
    ['a pattern', 'ssh-admin audit list --search * --ki', '--kind '],
  ])('neither writes nor runs anything: %s', async (_what, typed, completed) => {
    writeFileSync(desk.path('work/keep.txt'), 'precious')
    await completes(typed, completed)
    expect(readdirSync(desk.path('work'))).toEqual(['keep.txt'])
    expect(contentsOf('keep.txt')).toBe('precious')
  })

  it('neither writes nor runs what stands in the word that is completed', async () => {
    bash.types('ssh-admin audit list --kind "$(touch made)\t')
    bash.types('\x15echo go$((1+1))on\r')
    await bash.sees('go2on')
    expect(existsSync(desk.path('work/made'))).toBe(false)
  })

  it.each([
    ['double', '"', 'zz`touch${IFS}pwned`', 'zz'],
    ['single', "'", "yy'`touch${IFS}pwned`'", 'yy'],
    ['no', '', 'xx`touch${IFS}pwned`&touch${IFS}pwned&', 'xx'],
  ])(
    'inserts an address that would be a command as text: within %s quotation marks',
    async (_, quote, local, typed) => {
      const rows = `Centre number,Centre name,Country,Email\nEG001,Nile View,Egypt,${local}@evil.example\n`
      writeFileSync(desk.path('n.csv'), rows)
      const imported = await desk.program(['centres', 'import', 'n.csv', '--yes', '--pins-out', 'pins.csv'])
      expect(imported.exitCode).toBe(0)
      bash.types(`ssh-admin users show ${quote}${typed}\t`)
      await bash.sees('evil.example')
      bash.types('\recho go$((1+1))on\r')
      await bash.sees('go2on')
      expect(existsSync(desk.path('work/pwned'))).toBe(false)
      expect(readFileSync(desk.path('calls'), 'utf8')).toContain(`\nusers show ${local}@evil.example\n`)
    },
  )

  it('offers nothing where the quotation marks are closed within the word', async () => {
    await desk.program(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'EG'])
    await desk.program(['users', 'add', 'Omar Said <omar&pwned@nile.example>', '--centre', 'EG001'])
    bash.types('ssh-admin users show "o"m\t\t\recho go$((1+1))on\r')
    await bash.sees('go2on')
    expect(readFileSync(desk.path('calls'), 'utf8')).toContain('\nusers show om\n')
  })

  function contentsOf(name: string): string {
    return readFileSync(desk.path(`work/${name}`), 'utf8')
  }
})
