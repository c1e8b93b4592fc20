import { Failure, Usage } from '../errors.ts'
import { nearestOf } from '../nearest.ts'
import { tree } from './tree.ts'
import { commandLine } from './typed-line.ts'
import { graveVerbs } from './words.ts'

interface Unknown {
  /** All that was typed. */
  argv: readonly string[]
  word: string
  /** What may stand in its place. */
  known: readonly string[]
  /** The words before it. */
  before: readonly string[]
}

/** What was typed is no command: what was surely meant, with everything else that was typed, to be pasted. */
export function unknownCommand({ argv, word, known, before }: Unknown): Usage {
  const spoken = ['ssh-admin', ...before].join(' ')
  const grave = graveVerbs(word, { groupName: before[0], verbs: known })
  // A letter or two are the beginning of too much.
  const like = word.length < 3 ? [] : nearestOf(word, known).filter((name) => !isOpposite(name, word))
  const near = grave.length > 0 ? grave : like
  const candidates = near.length > 0 || before.length > 0 ? near : groupsWith(word, argv)
  const lines = candidates.map((name) => lineInstead(argv, { word, name }))
  return new Usage(`${spoken} has no command '${word}'.`, {
    code: 'unknown-command',
    hint: candidates.length > 0 ? `Did you mean ${lines.join(', or ')}?` : `${spoken} --help lists them.`,
    details: { candidates },
  })
}

/** The line with another word, or two, where the first such one stands. */
function lineInstead(argv: readonly string[], { word, name }: { word: string; name: string }): string {
  const at = argv.indexOf(word)
  return commandLine(argv.flatMap((typed, place) => (place === at ? name.split(' ') : [typed])))
}

const maxGroups = 3
const ofPeople: ReadonlySet<string> = new Set(['users', 'roles', 'account', 'associates'])
const ofCentres: ReadonlySet<string> = new Set(['centres', 'coordinator'])
const isLikeNumber = /^[a-z]{2}\d{3}$/i

/** `suspend` without its noun: `users suspend`, `coordinator suspend`; of people where an address is named, of centres where a number is. */
function groupsWith(verb: string, argv: readonly string[]): string[] {
  const named = argv.slice(argv.indexOf(verb) + 1).find((typed) => !typed.startsWith('-')) ?? ''
  const about = named.includes('@') ? ofPeople : isLikeNumber.test(named) ? ofCentres : undefined
  const groups = Object.entries(tree).filter(
    ([group, node]) =>
      typeof node !== 'function' &&
      Object.hasOwn(node.verbs, verb) &&
      (about === undefined || about.has(group)),
  )
  return groups.slice(0, maxGroups).map(([group]) => `${group} ${verb}`)
}

/** `unassign` for `asign` would do what was not meant. */
function isOpposite(one: string, other: string): boolean {
  return isNegated(one) !== isNegated(other)
}

function isNegated(word: string): boolean {
  return /^(?:un|dis|de(?!l))/.test(word)
}

/** Options that say that something shall not be, and those that take something away. */
const opposites = [/^--(no-|un|without|dis)/, /^--(rm|del|remove|drop)/]

/** commander's complaint about an option in our words, its guess in the line that was typed; never one that does the opposite. */
export function unknownOption(
  message: string,
  { argv, code }: { argv: readonly string[]; code: string },
): Usage {
  const [said = '', guess = ''] = message.replace(/^error: /, '').split('\n')
  const [, wrong = ''] = /'([^']*)'/.exec(said) ?? []
  const guessed = guess.match(/\(Did you mean (?:one of )?(.*)\?\)/)?.[1]?.split(', ') ?? []
  const candidates = guessed.filter((name) => opposites.every((kind) => kind.test(name) === kind.test(wrong)))
  const lines = candidates.map((name) => lineInstead(argv, { word: wrong, name }))
  return new Usage(`${said.charAt(0).toUpperCase()}${said.slice(1)}.`, {
    code,
    hint: lines.length > 0 ? `Did you mean ${lines.join(', or ')}?` : 'Add --help to see what it takes.',
    details: { candidates },
  })
}

/** What only looks: elsewhere a line with another person or centre would do something to them. */
const looking: ReadonlySet<string> = new Set(['show', 'list', 'exists', 'check', 'export', 'authorisations'])

/** The whole line with the nearest of those who may have been meant, to be pasted; of what changes nothing. */
export function lineWithNearest(error: unknown, argv: readonly string[]): string | undefined {
  const verb = argv.filter((typed) => !typed.startsWith('-'))[1]
  if (!(error instanceof Failure) || verb === undefined || !looking.has(verb)) return undefined
  const { target, wanted = target, candidates } = error.details
  if (typeof wanted !== 'string' || !Array.isArray(candidates)) return undefined
  const meant = addressOrNumberOf(candidates[0])
  const word = argv.find((typed) => typed.trim().toLowerCase() === wanted.toLowerCase())
  return meant === undefined || word === undefined ? undefined : lineInstead(argv, { word, name: meant })
}

function addressOrNumberOf(candidate: unknown): string | undefined {
  if (typeof candidate !== 'object' || candidate === null) return undefined
  if ('email' in candidate && typeof candidate.email === 'string') return candidate.email
  return 'number' in candidate && typeof candidate.number === 'string' ? candidate.number : undefined
}
