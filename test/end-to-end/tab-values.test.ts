import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { spawn } from '@lydell/node-pty'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { type Typist, typistAt } from '../terminal.ts'
import { bin, type Desk, newDesk } from './program.ts'

interface Shell {
  name: string
  argv: readonly string[]
  /** Typed at its start. */
  first: string
}

/** Each without the start-up files of whoever runs this. */
const shells: readonly Shell[] = [
  {
    name: 'bash',
    argv: ['--norc', '--noprofile', '-i'],
    first: 'source <(ssh-admin completion bash)',
  },
  {
    name: 'zsh',
    argv: ['-f', '-i'],
    // In a start file that has no more than what the help says.
    first: 'source <(ssh-admin completion zsh)',
  },
  { name: 'fish', argv: ['--no-config', '-i'], first: 'ssh-admin completion fish | source' },
]

for (const shell of shells) {
  const isThere = (await execa(shell.name, ['-c', 'true'], { reject: false })).exitCode === 0

  describe.skipIf(!isThere)(`TAB in ${shell.name}, where a value stands`, () => {
    let desk: Desk
    let typist: Typist
    beforeEach(async () => {
      desk = newDesk()
      mkdirSync(desk.path('bin'))
      // Completes as ever; anything else it only says again, word by word.
      writeFileSync(
        desk.path('bin/ssh-admin'),
        `#!/bin/sh
case $1 in complete|completion) exec '${process.execPath}' '${bin}' "$@" ;; esac
printf 'got'; printf ' <%s>' "$@"; echo
`,
      )
      chmodSync(desk.path('bin/ssh-admin'), 0o755)
      mkdirSync(desk.path('work'))
      await desk.program(['seed', '--releases', '--centres', '3', '--users', '3', '--yes'])
      await desk.program(['centres', 'create', 'ZZ001', '--name', 'Nile', '--country', 'EG'])
      await desk.program(['users', 'add', 'Omar Said <omar.zz@nile.example>', '--centre', 'ZZ001'])
      typist = typistAt(
        spawn(shell.name, [...shell.argv], {
          cols: 200,
          rows: 40,
          cwd: desk.path('work'),
          env: {
            PATH: `${desk.path('bin')}:${process.env.PATH}`,
            HOME: desk.folder,
            PS1: '$ ',
            TERM: 'xterm',
            LANG: 'C.UTF-8',
            SSH_ADMIN_DB: desk.path('hub.db'),
          },
        }),
      )
      typist.types(`${shell.first}; ssh-admin ready\r`)
      await typist.sees('got <ready>')
    })
    afterEach(async () => {
      typist.types('exit\r')
      await typist.leaves()
      desk.clear()
    })

    /** What the program is given when the completed line is entered: each shell draws it in its own way. */
    const gives = async (typed: string, words: readonly string[]) => {
      typist.types(`ssh-admin ${typed}\t\r`)
      await typist.sees(`got ${words.map((word) => `<${word}>`).join(' ')}\n`)
    }

    it('offers the words that may stand there', async () => {
      await gives('users list --status sus', ['users', 'list', '--status', 'suspended'])
      await gives('users list --status=sus', ['users', 'list', '--status=suspended'])
      await gives('users list --fields email,why', ['users', 'list', '--fields', 'email,why-not'])
      await gives('audit list --kind re', ['audit', 'list', '--kind', 'refusal'])
      await gives('help exit', ['help', 'exit-codes'])
      await gives('centres list --country Saudi', ['centres', 'list', '--country', 'Saudi Arabia'])
      await gives("centres list --country 'Saudi", ['centres', 'list', '--country', 'Saudi Arabia'])
      await gives(String.raw`centres list --country Saudi\ A`, [
        'centres',
        'list',
        '--country',
        'Saudi Arabia',
      ])
    })

    it.runIf(shell.name === 'zsh')(
      'draws no dash behind words of which there is nothing to say',
      async () => {
        typist.types('ssh-admin users list --status \t')
        await typist.sees(/active +deleted +invited +suspended(?! +--)/)
        typist.types('suspended\r')
        await typist.sees('got <users> <list> <--status> <suspended>\n')
      },
    )

    it('offers the roles that somebody has where they are taken away', async () => {
      const omar = 'omar.zz@nile.example'
      await desk.program(['roles', 'grant', omar, 'submit-teacher'])
      await desk.program(['users', 'edit', omar, '--add-site', 'test-maker', '--yes'])
      await gives(`roles revoke ${omar} sub`, ['roles', 'revoke', omar, 'submit-teacher'])
      await gives(`users edit ${omar} --remove-role sub`, [
        'users',
        'edit',
        omar,
        '--remove-role',
        'submit-teacher',
      ])
      await gives(`users edit ${omar} --remove-site te`, [
        'users',
        'edit',
        omar,
        '--remove-site',
        'test-maker',
      ])
      await gives(`users edit ${omar} --add-site=te`, ['users', 'edit', omar, '--add-site=te'])
    })

    it('offers what is in the store', async () => {
      await gives('users show omar.z', ['users', 'show', 'omar.zz@nile.example'])
      await gives('users list --centre ZZ', ['users', 'list', '--centre', 'ZZ001'])
    })
  })
}
