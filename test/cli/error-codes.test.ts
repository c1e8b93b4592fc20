import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../src/cli/help/error-codes.ts'

const root = fileURLToPath(new URL('../../src', import.meta.url))
const kinds = {
  Refused: 3,
  NotFound: 4,
  BadInput: 6,
  UnusableWorkbook: 6,
  Unavailable: 7,
  UnusableFile: 7,
} as const

/** What the source throws by name: the code, and its exit code. */
function thrown(): { code: string; exit: number }[] {
  const found: { code: string; exit: number }[] = []
  for (const file of sourceFiles()) {
    const text = readFileSync(file, 'utf8')
    for (const [, kind = '', code = ''] of text.matchAll(/new (\w+)\(\s*'([a-z]+(?:-[a-z]+)*)'/g))
      if (isKind(kind)) found.push({ code, exit: kinds[kind] })
    for (const [, code = ''] of text.matchAll(/new Usage\([^;]{0,400}?code: '([a-z-]+)'/g))
      found.push({ code, exit: 2 })
    for (const [, kind = ''] of text.matchAll(/(?:unknownName\(\{[^}]*?kind: |nameReader\()'([a-z-]+)'/g))
      found.push({ code: `unknown-${kind}`, exit: 2 })
  }
  return [
    ...found,
    ...put('Usage', namesOfType('rules/text-faults.ts', 'NameFault {\\s+code')),
    ...put('Usage', complaints),
  ].concat(put('Refused', namesOfType('rules/users/account.ts', 'export type SignInBlocker')))
}

/** What commander complains of, in our spelling. */
const complaints = [
  'excess-arguments',
  'invalid-argument',
  'missing-argument',
  'missing-mandatory-option-value',
  'option-missing-argument',
  'unknown-command',
  'unknown-option',
]

function put(kind: 'Usage' | 'Refused', codes: readonly string[]): { code: string; exit: number }[] {
  return codes.map((code) => ({ code, exit: kind === 'Usage' ? 2 : 3 }))
}

/** The codes of a type that is a choice of several. */
function namesOfType(file: string, of: string): string[] {
  const text = readFileSync(`${root}/${file}`, 'utf8')
  const [choice] = text.match(new RegExp(`${of}(?::| =)\\s*(?:\\|?\\s*'[a-z-]+'\\s*)+`)) ?? []
  if (choice === undefined) throw new Error(`${file} has no ${of} any more`)
  return [...choice.matchAll(/'([a-z-]+)'/g)].flatMap(([, code]) => code ?? [])
}

function isKind(kind: string): kind is keyof typeof kinds {
  return Object.hasOwn(kinds, kind)
}

function sourceFiles(): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('error-codes.ts'))
    .map((file) => `${root}/${file}`)
}

describe('ssh-admin help error-codes', () => {
  it('names every code that is thrown, with its exit code', () => {
    const all = thrown()
    expect(all.length).toBeGreaterThan(150)
    // A name of a file that no workbook can have is a mistake in what was typed.
    const documented = all.filter(({ code }) => code !== 'workbook-unknown-ending')
    expect(documented.filter(({ code, exit }) => errorCodes[exit]?.[code] === undefined)).toEqual([])
  })

  it('names them in the order of the alphabet, but for what is of every kind', () => {
    for (const codes of Object.values(errorCodes)) {
      const named = Object.keys(codes).filter((code) => code !== 'usage')
      expect(named).toEqual(named.toSorted())
    }
  })

  it('names none that is thrown nowhere', () => {
    const source = [...sourceFiles(), `${root}/../bin/bundle.js`]
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n')
    const codes = Object.values(errorCodes).flatMap((some) => Object.keys(some))
    const made = new Set(thrown().map(({ code }) => code))
    expect(codes.filter((code) => !source.includes(`'${code}'`) && !made.has(code))).toEqual([])
  })
})
