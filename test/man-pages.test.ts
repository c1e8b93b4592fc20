import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { everyCommand } from '../docs/command-tree.ts'
import { manPageNames, manPages } from '../docs/man-pages.ts'

const root = join(import.meta.dirname, '..')
const hasMandoc = (await execa('mandoc', ['-Tascii', '/dev/null'], { reject: false })).exitCode !== undefined

describe('the pages of the manual', () => {
  it('have a section for every command, with its options and examples', async () => {
    const pages = await manPages()
    const all = plain([...pages.values()].join('\n'))
    for (const { words, command, examples } of await everyCommand()) {
      expect(all).toContain(`.SS "${words}"`)
      for (const example of examples) expect(all).toContain(example)
      for (const { flags, hidden } of command.options) if (!hidden) expect(all).toContain(flags)
    }
  })

  it('open with their name and what it is, and hold nothing that roff would take for a request', async () => {
    for (const [name, page] of await manPages()) {
      const lines = page.split('\n')
      expect(lines[0]).toMatch(
        /^\.TH "SSH\\-ADMIN[A-Z\\-]*" "1" "\d{4}-\d\d-\d\d" "ssh\\-admin [\d.]+" "User Commands"$/,
      )
      // Nothing is hyphenated: a site or an option that is copied from a page is as it is typed.
      expect(lines.slice(1, 4)).toEqual(['.nh', '.ad l', '.SH "NAME"'])
      expect(plain(lines[4] ?? '')).toContain(name.replace('.1', ' - '))
      const requests = lines.filter((line) => /^[.']/.test(line)).map((line) => line.split(' ')[0])
      expect(new Set(requests)).toEqual(
        new Set(
          ['.TH', '.nh', '.ad', '.SH', '.SS', '.PP', '.TP', '.RS', '.RE', '.nf', '.fi', '.br'].filter((one) =>
            requests.includes(one),
          ),
        ),
      )
    }
  })

  it('are the files that package.json names, and that the build has made', async () => {
    const names = manPageNames()
    const { man, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect([...man].sort()).toEqual(names.map((name) => `man/${name}`).sort())
    expect(files).toContain('man')
    expect([...(await manPages()).keys()].sort()).toEqual([...names].sort())
    expect(readdirSync(join(root, 'man')).sort()).toEqual([...names].sort())
  })

  it.skipIf(!hasMandoc)('are no wider than a terminal of 80 columns', async () => {
    for (const page of (await manPages()).values()) {
      const { stdout } = await execa('mandoc', ['-Tutf8', '-Owidth=80'], { input: page })
      const lines = stdout.replace(/.\u0008/gu, '').split('\n')
      expect(lines.filter((line) => line.length > 80)).toEqual([])
    }
  })

  it.skipIf(!hasMandoc)('are without fault to mandoc', async () => {
    for (const page of (await manPages()).values()) {
      const { stdout, stderr } = await execa('mandoc', ['-Tlint'], { input: page, reject: false })
      expect(stdout + stderr).toBe('')
    }
  })
})

/** The text as a reader sees it, requests left in. */
function plain(page: string): string {
  return page
    .replaceAll(' \\\n', ' ')
    .replaceAll(/ \\e\n +/g, ' ')
    .replace(/\\f[BIR]/g, '')
    .replaceAll('\\&', '')
    .replace(/\\\[u([0-9A-F]+)\]/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(dq', '"')
    .replaceAll('\\(ga', '`')
    .replaceAll('\\(ha', '^')
    .replaceAll('\\(ti', '~')
    .replaceAll('\\e', '\\')
}
