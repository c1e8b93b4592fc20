import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

describe('completing in a shell', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  const values = async (...typed: string[]) => {
    const { stdout } = await desk.program(['complete', '--', ...typed])
    return stdout.split('\n').map((line) => line.split('\t')[0])
  }

  it('knows nouns, verbs and options', async () => {
    expect(await values('us')).toContain('users')
    expect(await values('store', '')).toEqual(expect.arrayContaining(['backup', 'restore', 'rekey']))
    expect(await values('store', 'restore', '--')).toEqual(
      expect.arrayContaining(['--keep-credentials', '--json']),
    )
    expect(await values('completion', 'b')).toContain('bash')
    expect(await values('resources', 'upload', '--kind', 'li')).toContain('listening-audio')
    expect(await values('releases', 'create', '--for', 'en')).toContain('entries')
  })

  it('leaves files to the shell where a file is wanted, and nowhere else', async () => {
    expect(await values('store', 'backup', '')).toContain(':0')
    expect(await values('users', 'list', '--db', '')).toContain(':0')
    expect(await values('users', '')).toContain(':4')
  })

  it('needs no store, and is no error after words that mean nothing', async () => {
    const { exitCode, stderr } = await desk.program(['complete', '--', 'usres', 'x', ''])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('works in bash', async () => {
    // bash-completion, which brings this function, is not on every machine.
    const helper = `_get_comp_words_by_ref() { cur="\${COMP_WORDS[COMP_CWORD]}"; prev="\${COMP_WORDS[COMP_CWORD-1]}"; words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; }`
    const line = `${helper}; source <(ssh-admin completion bash); source <(ssh-admin completion bash);
      COMP_WORDS=(ssh-admin store re); COMP_CWORD=2; compopt() { :; }; __ssh_admin_complete 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = await desk.shell(line)
    expect(stderr).toBe('')
    expect(stdout.split('\n').map((word) => word.trim().split(' ')[0])).toEqual(
      expect.arrayContaining(['restore', 'rekey']),
    )
  })
})
