import { describe, expect, it } from 'vitest'
import { completionScript, shells } from '../../src/cli/completion.ts'

describe('the script for a shell', () => {
  it.each([
    ['bash', 'complete -o default -F __ssh_admin_complete'],
    ['zsh', '#compdef ssh-admin'],
    ['fish', 'complete -c ssh-admin'],
  ] as const)('is in the words of %s, and of no other', (shell, words) => {
    expect(completionScript(shell)).toContain(words)
    const others = shells.filter((other) => other !== shell)
    for (const other of others) expect(completionScript(other)).not.toContain(words)
  })
})
