import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { wrapLine } from '../../src/render/wrap.ts'
import { shellWord } from '../../src/shell-word.ts'

/** As each of them runs a line without the owner's own settings. */
const shells: readonly { shell: string; options: readonly string[] }[] = [
  { shell: 'bash', options: ['--norc', '-c'] },
  { shell: 'zsh', options: ['-fc'] },
  { shell: 'fish', options: ['--no-config', '-c'] },
]

const words = [
  "Lina O'Brien of the Nile",
  "St. Mary's School; rm -rf x, and y",
  "O'Brien says 'hello'",
  'say "hi" $HOME `id` !x',
  'مدرسة النيل الدولية',
  '-leading dash',
  'a\\\\b, and it ends with\\',
  "one ' more\\' and \\'",
  '=ls',
  '%self',
  '~root',
  '{a,b} * ? #c',
  'two  blanks',
  'two\nlines',
]

describe.each(shells)('a suggested command, pasted into $shell', ({ shell, options }) => {
  const isHere = spawnSync(shell, [...options, 'true']).status === 0

  it.skipIf(!isHere).each(words.map((word) => ({ word })))(
    'says $word, however narrow the terminal is',
    ({ word }) => {
      const argv = ['users', 'edit', word, '--first-name', word, '--last-name', 'Said']
      const whole = `hint:  Did you mean ssh-admin ${argv.map(shellWord).join(' ')}`
      const lines = [30, 44, 60, 80, 200].map((width) => {
        const shown = whole
          .split('\n')
          .map((line) => wrapLine(line, width))
          .join('\n')
        const line = shown.slice(shown.indexOf('ssh-admin') + 'ssh-admin'.length)
        return `'${process.execPath}' -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- ${line}`
      })
      const ran = execFileSync(shell, [...options, lines.join('\n')], { encoding: 'utf8' })
      expect(ran.trimEnd().split('\n')).toEqual(lines.map(() => JSON.stringify(argv)))
    },
  )
})
