import { Failure, Usage } from '../errors.ts'
import { nearestOf } from '../nearest.ts'
import { tree } from './tree.ts'
import { commandLine } from './typed-line.ts'
import { graveVerbs, leadsTo, nounOf, verbsMeant } from './words.ts'

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
  const [group] = before
  const turned = group === undefined ? turnedRound(argv, word) : undefined
  if (turned !== undefined) return noCommand({ spoken, word, ...turned })
  const shown = isAddressOrNumber(word) ? lineAbout({ argv, word, known, group }) : undefined
  if (shown !== undefined) return noCommand({ spoken, word, candidates: [shown.name], lines: [shown.line] })
  const ofNouns = group === undefined ? groupsWith(word, argv) : []
  // A noun with this very verb is meant before a noun that is only spelt like it.
  const isVerb = ofNouns.length > 0
  const elsewhere = isVerb || near.length === 0 ? (group === undefined ? ofNouns : leadsTo(group, word)) : []
  const lines = [
    ...(isVerb ? [] : near).map((name) => lineInstead(argv, { word, name })),
    ...elsewhere.map((name) => lineInstead(withoutNoun(argv, group), { word, name })),
  ]
  return noCommand({ spoken, word, candidates: [...(isVerb ? [] : near), ...elsewhere], lines })
}

interface About {
  argv: readonly string[]
  word: string
  known: readonly string[]
  group: string | undefined
}

/** `users omar@school.example suspend`, `centre EG001`, or an address alone: what is said of it, else what shows it. */
function lineAbout({ argv, word, known, group }: About): { name: string; line: string } | undefined {
  const at = argv.indexOf(word)
  const verb = argv.find((typed, place) => place > at && known.includes(typed))
  if (group !== undefined && verb !== undefined) {
    const rest = argv.filter((typed, place) => place <= at || typed !== verb)
    return { name: verb, line: lineInstead(rest, { word, name: `${verb} ${word}` }) }
  }
  const name = group ?? (word.includes('@') ? 'users' : 'centres')
  if (argv.slice(at + 1).some((typed) => !typed.startsWith('-')) || !(isCentres(name) || isUsers(name)))
    return undefined
  // People are of a centre; a centre is nobody's.
  if (isCentres(name) && word.includes('@')) return undefined
  const verbs = isUsers(name) && !word.includes('@') ? 'list --centre' : 'show'
  const said = group === undefined ? `${name} ${verbs} ${word}` : `${verbs} ${word}`
  return { name: `${name} ${verbs}`, line: lineInstead(argv, { word, name: said }) }
}

function isUsers(noun: string): boolean {
  return noun === 'users'
}

function isCentres(noun: string): boolean {
  return noun === 'centres' || noun === 'coordinator' || noun === 'associates'
}

function isAddressOrNumber(word: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(word) || isLikeNumber.test(word)
}

interface Guess {
  spoken: string
  word: string
  candidates: readonly string[]
  /** With them in its place. */
  lines: readonly string[]
}

function noCommand({ spoken, word, candidates, lines }: Guess): Usage {
  return new Usage(`${spoken} has no command '${word}'.`, {
    code: 'unknown-command',
    hint: candidates.length > 0 ? `Did you mean ${lines.join(', or ')}?` : `${spoken} --help lists them.`,
    details: { candidates },
  })
}

/** `delete user omar`: the noun stands behind its verb, and what another noun would do with it was not meant. */
function turnedRound(argv: readonly string[], verb: string): Pick<Guess, 'candidates' | 'lines'> | undefined {
  const at = argv.indexOf(verb)
  const nounAt = argv.findIndex((typed, place) => place > at && !typed.startsWith('-'))
  const following = argv[nounAt] ?? ''
  const noun = nounOf(following)
  const phrase = phrases[`${verb} ${following}`]
  const names = phrase ? [phrase] : noun === undefined ? undefined : commandsOf(noun, verb)
  if (names === undefined) return undefined
  const rest = argv.filter((_, place) => place !== nounAt)
  return { candidates: names, lines: names.map((name) => lineInstead(rest, { word: verb, name })) }
}

/** A verb and what it is done to, where the two are one command. */
const phrases: Readonly<Record<string, string>> = {
  'reset password': 'users reset-password',
  'reset pin': 'users pin',
  'change password': 'users reset-password',
  'password reset': 'users reset-password',
  'change email': 'users edit',
  'change name': 'users edit',
}

function commandsOf(noun: string, verb: string): string[] {
  const node = tree[noun]
  const verbs = node === undefined || typeof node === 'function' ? [] : Object.keys(node.verbs)
  const own = verbs.includes(verb) ? [verb] : graveVerbs(verb, { groupName: noun, verbs })
  return own.length > 0 ? own.map((name) => `${noun} ${name}`) : [...leadsTo(noun, verb)]
}

/** The command of another noun goes without the one that was typed. */
function withoutNoun(argv: readonly string[], group: string | undefined): readonly string[] {
  if (group === undefined) return argv
  const at = argv.findIndex((word) => nounOf(word) === group)
  return argv.filter((_, place) => place !== at)
}

/** The line with another word, or two, where the first such one stands. */
export function lineInstead(argv: readonly string[], { word, name }: { word: string; name: string }): string {
  const at = argv.indexOf(word)
  return commandLine(argv.flatMap((typed, place) => (place === at ? name.split(' ') : [typed])))
}

const maxGroups = 3
const ofPeople: ReadonlySet<string> = new Set(['users', 'roles', 'account', 'associates'])
const ofCentres: ReadonlySet<string> = new Set(['centres', 'coordinator'])
const isLikeNumber = /^[a-z]{2}\d{3}$/i

/**
 * `suspend` without its noun: `users suspend`, `coordinator suspend`; of people where an address is named, of centres where
 * a number is. Another word for a verb stands for it where it takes nothing away, or where it can mean one thing only.
 */
function groupsWith(verb: string, argv: readonly string[]): string[] {
  const named = argv.slice(argv.indexOf(verb) + 1).find((typed) => !typed.startsWith('-')) ?? ''
  const about = named.includes('@') ? ofPeople : isLikeNumber.test(named) ? ofCentres : undefined
  const workbook = verb === 'upload' && isWorkbook.test(named) ? ['centres import'] : []
  const groups = Object.entries(tree).flatMap(([group, node]) =>
    typeof node !== 'function' && (about === undefined || about.has(group))
      ? [{ group, verbs: node.verbs }]
      : [],
  )
  const own = groups.filter(({ verbs }) => Object.hasOwn(verbs, verb)).map(({ group }) => `${group} ${verb}`)
  // Of whom it is said decides what it means: without that, nothing is guessed.
  const meant =
    own.length > 0 || about === undefined
      ? []
      : groups.flatMap(({ group, verbs }) => synonymOf(group, { verb, verbs }))
  return [...workbook, ...own.slice(0, maxGroups), ...meant.slice(0, maxGroups)]
}

/** `block omar@school.example` is `users suspend`, `disable EG001` `coordinator suspend`. */
function synonymOf(
  group: string,
  { verb, verbs }: { verb: string; verbs: Readonly<Record<string, unknown>> },
): string[] {
  const names = Object.keys(verbs)
  const grave = graveVerbs(verb, { groupName: group, verbs: names })
  const same = grave.length > 0 ? grave : verbsMeant(verb, names)
  const [only] = same
  return only !== undefined && same.length === 1 ? [`${group} ${only}`] : []
}

const isWorkbook = /\.(xlsx|csv)$/i

/** `unassign` for `asign` would do what was not meant. */
function isOpposite(one: string, other: string): boolean {
  return isNegated(one) !== isNegated(other)
}

function isNegated(word: string): boolean {
  return /^(?:un|dis|de(?!l)|resign)/.test(word)
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
