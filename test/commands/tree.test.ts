import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { commandsDocument } from '../../docs/commands-document.ts'
import { summaries, tree } from '../../src/cli/tree.ts'

const leaves = await everyCommand()
const document = await readFile(new URL('../../docs/commands.md', import.meta.url), 'utf8')

describe.each(leaves)('the command $words', ({ words, command, examples }) => {
  it('has a summary on one line, a description, and an example of its own', () => {
    expect(command.summary()).toMatch(/^[^\n]{5,80}$/)
    expect(command.description()).toMatch(/\.$/)
    expect(examples.some((line) => line.startsWith(`ssh-admin ${words}`))).toBe(true)
  })

  it('takes --json, and --yes wherever it takes --dry-run', () => {
    const flags = command.options.map(({ long }) => long)
    expect(flags).toContain('--json')
    if (flags.includes('--dry-run')) expect(flags).toContain('--yes')
  })

  it('has no option with an optional or variadic value, which would swallow its arguments', () => {
    for (const option of command.options) expect(option.optional || option.variadic).toBe(false)
  })

  it('has its section in docs/commands.md', () => {
    expect(document).toContain(`\n## ${words}\n`)
  })
})

describe('the command tree', () => {
  it('is described by docs/commands.md as it is (npm run docs writes it anew)', async () => {
    expect(document).toBe(await commandsDocument())
  })

  it('says in the first help what each command without a noun says itself', () => {
    const alone = Object.entries(tree).filter(([, node]) => typeof node === 'function')
    for (const [word] of alone) {
      expect(summaries[word]).toBe(leaves.find(({ words }) => words === word)?.command.summary())
    }
  })
})
