import { Failure } from '../errors.ts'
import { commandLine, type Line, lineWith, withWord } from './typed-line.ts'

/** What only looks: elsewhere a line with another person or centre would do something to them. */
const looking: ReadonlySet<string> = new Set(['show', 'list', 'exists', 'check', 'export', 'authorisations'])

/** The whole line with the nearest of what may have been meant, to be pasted; with another person or centre only where it changes nothing. */
export function lineWithNearest(error: unknown, argv: Line): string | undefined {
  const verb = argv.filter((typed) => !typed.startsWith('-'))[1]
  if (!(error instanceof Failure) || verb === undefined) return undefined
  const { target, wanted = target, candidates } = error.details
  if (typeof wanted !== 'string' || !Array.isArray(candidates)) return undefined
  const [first] = candidates
  const name = nameOf(first)
  if (name !== undefined) return candidates.length === 1 ? lineWithName(argv, { wanted, name }) : undefined
  const nearest = looking.has(verb) ? addressOrNumberOf(first) : undefined
  const at = argv.findIndex((typed) => typed.trim().toLowerCase() === wanted.toLowerCase())
  return nearest === undefined || at < 0 ? undefined : commandLine(withWord(argv, at, nearest))
}

/** A value of an option, by itself or between commas, or a word of the line. */
function lineWithName(argv: Line, { wanted, name }: { wanted: string; name: string }): string | undefined {
  // Behind `smtp-password` stands the password itself, which is no file.
  if (name.endsWith('-file') && !/file/i.test(wanted)) return undefined
  const line = lineWith(argv, new Map([[wanted.trim(), name]]))
  return line === commandLine(argv) ? undefined : line
}

/** Of a role, a template, a release and whatever else is called by its name. */
function nameOf(candidate: unknown): string | undefined {
  if (typeof candidate === 'string') return candidate
  return addressOrNumberOf(candidate) === undefined ? textIn(candidate, 'name') : undefined
}

function addressOrNumberOf(candidate: unknown): string | undefined {
  return textIn(candidate, 'email') ?? textIn(candidate, 'number')
}

function textIn(candidate: unknown, field: string): string | undefined {
  const text: unknown = candidate instanceof Object ? Reflect.get(candidate, field) : undefined
  return typeof text === 'string' ? text : undefined
}
