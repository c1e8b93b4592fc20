import { hintOfLines, Usage } from '../errors.ts'
import { isSwapped, nearestOf } from '../nearest.ts'
import { isAddress, isLikeNumber, isNameOfSchool } from './names-typed.ts'
import { inOrder } from './mended-line.ts'
import type { UnknownWord } from './program.ts'
import { tree } from './tree.ts'
import { commandLine, type Line, positionsIn, withWord } from './typed-line.ts'
import {
  destructiveVerbs,
  leadsAnywhere,
  leadsTo,
  nounOf,
  stepsOf,
  synonymousVerbs,
  wordsThatLead,
} from './words.ts'

/** A command that was perhaps meant, and the whole line with it. */
interface Guess {
  name: string
  line: Line
}

/**
 * What was typed is no command: what was surely meant, with everything else that was typed, to be pasted.
 * @param accepted the line that the parser takes in the place of one, if there is one
 */
export async function unknownCommand(
  unknown: UnknownWord,
  accepted: (line: Line) => Promise<Line | undefined>,
): Promise<Usage> {
  const spoken = ['ssh-admin', ...unknown.before].join(' ')
  const guesses = guessesAt(unknown)
  const lines: string[] = []
  const candidates: string[] = []
  for (const { name, line } of guesses) {
    const ordered = inOrder(line)
    const taken = namesWhatItIsOf(name, ordered) ? await accepted(ordered) : undefined
    if (taken === undefined) continue
    lines.push(commandLine(taken))
    candidates.push(name)
  }
  return new Usage(`${spoken} has no command '${unknown.word}'.`, {
    code: 'unknown-command',
    hint:
      hintOfLines(lines) ??
      stepsOf(unknown.before[0], unknown.word, twoNamedBehind(unknown)) ??
      `${spoken} --help lists them.`,
    details: { candidates },
  })
}

/** Two people, or two centres, and nothing between them that may be another thing's. */
function twoNamedBehind({ argv, word }: UnknownWord): readonly string[] {
  const [one = '', other = '', ...more] = argv.slice(argv.indexOf(word) + 1)
  const isPair = [isAddress, isLikeNumber].some((isOne) => isOne(one) && isOne(other))
  return isPair && (more[0] ?? '-').startsWith('-') ? [one, other] : []
}

function guessesAt(unknown: UnknownWord): Guess[] {
  const { argv, word, known, before } = unknown
  const [group] = before
  const at = argv.indexOf(word)
  if (group === undefined && word === 'ssh-admin')
    return [{ name: argv[at + 1] ?? '', line: withWord(argv, at) }]
  if (group === undefined && /^sites?$/.test(word)) return [{ name: 'help roles', line: ['help', 'roles'] }]
  const listed = group === undefined ? undefined : withList(unknown, group)
  if (listed) return [listed]
  const turned = group === undefined ? nounBehindVerb(argv, word) : verbOfTwoWords(unknown)
  if (turned.length > 0) return turned
  const about = isAddressOrNumber(word) || isOneOfThings(word) ? guessesAbout(unknown) : []
  if (about.length > 0) return about
  const asked = group === undefined ? asksWho(unknown, at) : []
  if (asked.length > 0) return asked
  // A centre has no PIN, and its people do.
  const ofCentre = group === 'users' && isLikeNumber(argv[at + 1] ?? '') ? leadsTo(group, word) : []
  if (ofCentre.length > 0) return namesAsGuesses(ofCentre, withoutNoun(argv, group), word)
  const named = guessesBehindName(unknown)
  if (named.length > 0) return named
  // A letter or two are the beginning of too much.
  const near = nearWords(word, known)
  const destructive = destructiveVerbs(word, { groupName: group, verbs: known })
  const ofKnown = namesAsGuesses(destructive.length > 0 ? destructive : near, argv, word)
  if (group === undefined) {
    const school = withNameWhole(argv, at + 1)
    if (isNameOfSchool.test(school?.[at + 1] ?? '')) return guessesAt({ ...unknown, argv: school ?? argv })
    // A noun with this very verb is meant before a noun that is only spelt like it.
    const ofNouns = groupsWith(word, argv)
    if (ofNouns.length > 0) return namesAsGuesses(ofNouns, argv, word)
    if (ofKnown.length > 0) return ofKnown
    const ofNear = namesAsGuesses(groupsWithNear(word, argv), argv, word)
    if (ofNear.length > 0) return ofNear
    const whole = withNameWhole(argv, at + 1)
    return whole ? guessesAt({ ...unknown, argv: whole }) : looksFor(word, argv)
  }
  if (ofKnown.length > 0) return ofKnown
  const lead = [word, ...misspelt(word, wordsThatLead(group))].map((one) => leadsTo(group, one))
  return namesAsGuesses(firstOf(lead) ?? [], withoutNoun(argv, group), word)
}

/** `event-logs --kind event`: what follows is the value of an option, and the verb was left out. */
function withList({ argv, word, known }: UnknownWord, group: string): Guess | undefined {
  const isOfOption = argv[argv.indexOf(word) - 1]?.startsWith('--') === true
  const at = argv.findIndex((typed) => nounOf(typed) === group)
  if (!isOfOption || at < 0 || !known.includes('list')) return undefined
  return { name: `${group} list`, line: withWord(argv, at, group, 'list') }
}

function firstOf(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  return lists.find((names) => names.length > 0)
}

/** What names the command, or what it is of, behind a word. */
function wordsBehind(argv: Line, word: string): { word: string; at: number }[] {
  const from = argv.indexOf(word)
  return positionsIn(argv).filter(({ at }) => at > from)
}

function namesAsGuesses(names: readonly string[], argv: Line, word: string): Guess[] {
  return names.map((name) => {
    const line = lineInstead(argv, word, name)
    // `coordinator remove`: a word for losing the office leads to the command that gives it to another.
    const takesOffice =
      name === 'coordinator change' && word !== 'change' && misspelt(word, ['change']).length === 0
    return { name, line: takesOffice ? withoutPeople(line) : line }
  })
}

const namingAPerson = /^--(?:to|new|from)(?:=|$)/

/** Who is to lose the office must not come into it by the same line: what is left is the centre, and the question. */
function withoutPeople(line: Line): Line {
  const [noun, verb, ...named] = positionsIn(line)
  const centres = named.filter(
    ({ word, at }) => !word.includes('@') && !namingAPerson.test(line[at - 1] ?? ''),
  )
  const centre = centres.find(({ word }) => isLikeNumber(word)) ?? centres[0]
  const kept = new Set([noun?.at, verb?.at, centre?.at])
  const left = new Set(named.map(({ at }) => at).filter((at) => !kept.has(at)))
  return line.filter((word, at) => !left.has(at) && word !== '--yes' && !namingAPerson.test(word))
}

function nearWords(word: string, known: readonly string[]): string[] {
  if (word.length < 3) return []
  const swapped = known.filter((name) => isSwapped(word, name))
  const near = swapped.length > 0 ? swapped : nearestOf(word, known)
  return near.filter((name) => !isOpposite(name, word))
}

/** The one word of these that differs in a letter, or in two that changed places. */
function misspelt(word: string, known: Iterable<string>): string[] {
  const names = [...known]
  const swapped = names.filter((name) => isSwapped(word, name))
  const near = swapped.length > 0 || word.length < 5 ? swapped : nearestOf(word, names, 1)
  const alike = near.filter((name) => !isOpposite(name, word) && Math.abs(name.length - word.length) < 2)
  return alike.length === 1 ? alike : []
}

/** What shows one thing of a noun, or lists what has a word in it. */
const looks: Readonly<Record<string, { one: string; text?: string; number?: string }>> = {
  users: { one: 'show', number: 'list --centre' },
  centres: { one: 'show' },
  coordinator: { one: 'show' },
  associates: { one: 'show' },
  releases: { one: 'show' },
  resources: { one: 'show' },
  templates: { one: 'show' },
  'key-times': { one: 'list', number: 'show' },
  entries: { one: 'list', number: 'list --centre' },
  mail: { one: 'list', number: 'show' },
  audit: { one: 'list', text: 'list --subject', number: 'list --subject' },
  'help-documents': { one: 'list' },
  'progression-tests': { one: 'list --owner' },
}

/** `users omar@school.example suspend`, `centre EG001`, `EG001 delete`, or an address alone: what is said of it, else what shows it. */
function guessesAbout({ argv, word, known, before: [group] }: UnknownWord): Guess[] {
  const [{ at: nextAt, word: next } = { at: -1, word: undefined }] = wordsBehind(argv, word)
  if (group === undefined && next !== undefined) {
    // What is said of it stands behind it.
    const turned = withWord(argv.toSpliced(nextAt, 1), argv.indexOf(word), next, word)
    const noun = nounOf(next)
    if (noun === undefined) return namesAsGuesses(groupsWith(next, turned), turned, next)
    const line = withWord(turned, turned.indexOf(next), noun)
    return guessesAbout({ argv: line, word, known: verbsOf(noun), before: [noun] })
  }
  if (group !== undefined && next !== undefined) {
    if (!known.includes(next)) return []
    const name = `${group} ${next}`
    const line = lineInstead(withWord(argv, nextAt), word, next, word)
    if (word.includes('@') && !namesWhatItIsOf(name, line))
      return showsWhere(withWord(argv, nextAt), { word, group })
    if (!(group === 'users' && isLikeNumber(word))) return [{ name, line }]
    return next === 'list' ? [{ name, line: lineInstead(line, word, '--centre', word) }] : []
  }
  const name = group ?? (word.includes('@') ? 'users' : isLikeNumber(word) ? 'centres' : '')
  // People are of a centre; a centre is nobody's.
  if (word.includes('@') && ofCentres.has(name)) return showsWhere(argv, { word, group })
  const look = Object.hasOwn(looks, name) ? looks[name] : undefined
  if (look === undefined) return []
  const verbs = /^\d+$/.test(word) || isLikeNumber(word) ? (look.number ?? look.one) : look.one
  const said = word.includes('@') ? (look.text ?? verbs) : verbs
  // Eight digits may be a PIN, which is told to nobody.
  const named = group === undefined && /^\d{8}$/.test(word) ? 'NUMBER' : word
  const line = lineInstead(argv, word, group === undefined ? `${name} ${said}` : said, named)
  return [{ name: `${name} ${said}`, line }]
}

/** `Amira Silva suspend`, `users Amira Silva`: a name of several words, and what is done behind it. */
function guessesBehindName(unknown: UnknownWord): Guess[] {
  const { argv, word, known, before } = unknown
  const at = argv.indexOf(word)
  const words = wordsFrom(argv, at)
  if (nearWords(word, known).length > 0 || meansSomething(word, unknown)) return []
  for (let end = words.length - 1; end > 0; end -= 1) {
    const [verb = '', ...rest] = words.slice(end)
    const name = words.slice(0, end)
    const isPhrase = Object.hasOwn(phrases, `${verb} ${rest[0]}`)
    if (!isNameInWords(name) || !(isPhrase || meansSomething(verb, unknown))) continue
    // In `reset password` the last word means something too.
    if (Object.hasOwn(phrases, `${name.at(-1)} ${verb}`)) continue
    const typed = isPhrase ? [verb, rest[0] ?? ''] : [verb]
    const left = isPhrase ? rest.slice(1) : rest
    const line = argv.toSpliced(at, words.length, ...typed, name.join(' '), ...left)
    const [group] = before
    if (group !== undefined && known.includes(verb)) return [{ name: `${group} ${verb}`, line }]
    const guesses = guessesAt({ ...unknown, argv: line, word: verb })
    if (guesses.length > 0) return guesses
  }
  const whole = before.length > 0 ? withNameWhole(argv, at) : undefined
  return whole ? guessesAbout({ ...unknown, argv: whole, word: whole[at] ?? '' }) : []
}

/** Whether a word is a verb here, or stands for one. */
function meansSomething(word: string, { known, before: [group] }: UnknownWord): boolean {
  if (group !== undefined)
    return (
      known.includes(word) ||
      synonymsOf(group, word).length > 0 ||
      leadsTo(group, word).length > 0 ||
      nounOf(word) !== undefined
    )
  const nouns = Object.keys(tree)
  return (
    nouns.some((noun) => verbsOf(noun).includes(word) || synonymsOf(noun, word).length > 0) ||
    leadsAnywhere(word, () => true).length > 0 ||
    nounOf(word) !== undefined
  )
}

/** The words from here on, to the first option. */
function wordsFrom(argv: Line, at: number): string[] {
  const words = argv.slice(at)
  const end = words.findIndex((word) => word.startsWith('-'))
  return end < 0 ? words : words.slice(0, end)
}

/** Several words that are a name, as one. */
function withNameWhole(argv: Line, at: number): Line | undefined {
  const words = wordsFrom(argv, at)
  const name = words.slice(0, words.findLastIndex((_, index) => isNameInWords(words.slice(0, index + 1))) + 1)
  return name.length > 1 ? argv.toSpliced(at, name.length, name.join(' ')) : undefined
}

/** Without a capital it may be anything, such as what is not administered here. */
function isNameInWords(words: Line): boolean {
  const [first = '', last = ''] = [words[0], words.at(-1)]
  return (
    words.every((word) => /^[\p{L}\p{M}'’.-]+$/u.test(word)) &&
    [first, last].every((word) => /^\p{Lu}/u.test(word))
  )
}

/** `Amira Silva` alone: who or what has that name is looked for. */
function looksFor(word: string, argv: Line): Guess[] {
  if (!isName(word) && !/^\p{Lu}\p{Ll}/u.test(word)) return []
  const words = positionsIn(argv)
  // A PIN or a link behind a name is not told again.
  if (words.some((typed) => /\d{3}|[:/]/.test(typed.word))) return []
  const rest = words.reduceRight((line: Line, typed) => withWord(line, typed.at), argv)
  return [{ name: 'find', line: ['find', words.map((typed) => typed.word).join(' '), ...rest] }]
}

/** `who is omar@school.example`, `whois omar`; what else begins so may be asked of anything. */
function asksWho(unknown: UnknownWord, at: number): Guess[] {
  const { argv } = unknown
  const words = wordsFrom(argv, at)
  const [first = '', second = ''] = words
  if (!/^(?:who|whois|who's)$/i.test(first)) return []
  if (/^am$/i.test(second)) return [{ name: 'whoami', line: argv.toSpliced(at, words.length, 'whoami') }]
  const rest = first.length > 3 ? words.slice(1) : /^is$/i.test(second) ? words.slice(2) : []
  const whom = rest.join(' ').replace(/\?$/, '')
  const isName = (word: string) => /^\p{L}[\p{L}\p{M}'’-]+$/u.test(word) && !asksOtherwise.test(word)
  if (!isAddress(whom) && !(rest.length < 4 && whom.split(' ').every(isName))) return []
  if (rest.some((word) => meansSomething(word, unknown))) return []
  const name = isAddress(whom) ? 'users show' : 'find'
  return [{ name, line: argv.toSpliced(at, words.length, ...name.split(' '), whom) }]
}

/** `who is locked out`, `who is the head of EG001`: a question, and no name. */
const asksOtherwise =
  /^(?:the|an?|my|our|this|that|it|in|out|up|at|of|on|for|from|to|not|here|there|still|active|invited|suspended|deleted|locked|admin|head|everybody|everyone)$/i

function showsWhere(argv: Line, { word, group }: { word: string; group: string | undefined }): Guess[] {
  return [{ name: 'users show', line: lineInstead(withoutNoun(argv, group), word, 'users show', word) }]
}

function isAddressOrNumber(word: string): boolean {
  return isAddress(word) || isLikeNumber(word)
}

/** What has a blank in it, in quotation marks, is what somebody or a school is called. */
function isName(word: string): boolean {
  return /^\p{L}\P{Cc}* \P{Cc}*$/u.test(word) && !word.includes('@')
}

/** A word that no verb is like: the name or the number of one thing. */
function isOneOfThings(word: string): boolean {
  return /^\p{Lu}/u.test(word) || /\d/.test(word) || /\s/.test(word) || letterNames.test(word)
}

const letterNames =
  /^(?:account|coordinator|password)-[a-z-]+$|^(?:invitation|verification-code|address-changed|sign-in-slowed)$/

/** `delete user omar`: the noun stands behind its verb, and what another noun would do with it was not meant. */
function nounBehindVerb(argv: Line, verb: string): Guess[] {
  const [{ at: nounAt, word: following } = { at: -1, word: '' }] = wordsBehind(argv, verb)
  const noun = nounOf(following)
  const phrase = phrases[`${verb} ${following}`]
  const names = phrase ? [phrase] : noun === undefined ? [] : commandsOf(noun, verb)
  return namesAsGuesses(names, withWord(argv, nounAt), verb)
}

/** `users reset password omar`: a verb of two words, or a phrase that is one of this noun's commands. */
function verbOfTwoWords({ argv, word, known, before: [group] }: UnknownWord): Guess[] {
  const [{ at: nextAt, word: next } = { at: -1, word: '' }] = wordsBehind(argv, word)
  const line = withWord(argv, nextAt)
  const verb = `${word}-${next}`
  if (known.includes(verb)) return namesAsGuesses([verb], line, word)
  const phrase = phrases[`${word} ${next}`]
  return phrase?.startsWith(`${group} `) ? namesAsGuesses([phrase], withoutNoun(line, group), word) : []
}

/** A verb and what it is done to, where the two are one command. */
const phrases: Readonly<Record<string, string>> = {
  'reset password': 'users reset-password',
  'forgot password': 'users reset-password',
  'forgotten password': 'users reset-password',
  'transfer data': 'users transfer',
  'reset pin': 'users pin',
  'change password': 'users reset-password',
  'password reset': 'users reset-password',
  'change email': 'users edit',
  'change name': 'users edit',
  'undo import': 'centres imports undo',
}

function commandsOf(noun: string, verb: string): string[] {
  const verbs = verbsOf(noun)
  const own = verbs.includes(verb) ? [verb] : destructiveVerbs(verb, { groupName: noun, verbs })
  return own.length > 0 ? own.map((name) => `${noun} ${name}`) : [...leadsTo(noun, verb)]
}

function verbsOf(noun: string): string[] {
  const node = tree[noun]
  return node === undefined || typeof node === 'function' ? [] : Object.keys(node.verbs)
}

/** The command of another noun goes without the one that was typed. */
function withoutNoun(argv: Line, group: string | undefined): Line {
  return group === undefined
    ? argv
    : withWord(
        argv,
        argv.findIndex((word) => nounOf(word) === group),
      )
}

/** The line with the words of a command, and what is named behind them, where the first such word stands. */
function lineInstead(argv: Line, word: string, name: string, ...named: readonly string[]): Line {
  return withWord(argv, argv.indexOf(word), ...name.split(' '), ...named)
}

const maxGroups = 3
const ofPeople: ReadonlySet<string> = new Set(['users', 'roles', 'account', 'associates'])
const ofCentres: ReadonlySet<string> = new Set(['centres', 'coordinator', 'associates'])

/** These take the numbers of things, and no name. */
const byNumberAlone = /^(?:resources|help-documents|mail) (?:withdraw|restore|download|show|cancel)$/

const ofOneCentre =
  /^(?:centres (?:create|show|restore|delete|edit)|coordinator (?:show|suspend|restore)|associates show)$/

/** Whether what was named can be what the command is of: nobody is added without an address, and no address is a centre. */
function namesWhatItIsOf(name: string, line: Line): boolean {
  const words = positionsIn(line)
    .slice(2)
    .map(({ word }) => word)
  const hasAddress = words.some((word) => word.includes('@'))
  if (name === 'users list --pin issued --centre') return !hasAddress && words.length === 2
  if (name === 'users add') return hasAddress || words.length === 0
  if (name === 'coordinator add') return hasAddress ? words.some(isLikeNumber) : words.length === 0
  if (name === 'users add --from') return !hasAddress
  // Who acts for a centre is a person, and an Associate that is made or deleted is none.
  if (/^associates (?:un)?assign$/.test(name)) return !isLikeNumber(words[0] ?? '') || hasAddress
  if (name === 'centres create --kind associate') return !hasAddress
  if (byNumberAlone.test(name)) return words.every((word) => /^\d+$/.test(word))
  // A row of the log has a number, and whom or what it tells of has none.
  if (name === 'audit list --subject') return words.every((word) => !/^\d{1,4}$/.test(word))
  // A file is no search text.
  if (name === 'users list --format csv') return words.join(' ') === 'csv'
  // Somebody is taken from one centre by `associates unassign`, and from all there is by this.
  if (name === 'users remove' && words.some(isLikeNumber)) return false
  return !(ofOneCentre.test(name) && hasAddress)
}

/** Which nouns can be meant, by what is named behind the verb: people before centres, as a person may be named with their centre. */
function nounsNamed(verb: string, argv: Line): ((group: string) => boolean)[] {
  const named = wordsBehind(argv, verb).map(({ word }) => word)
  const isPerson = named.some((word) => word.includes('@'))
  const number = named.find(isLikeNumber)
  const isCentre = (group: string) => ofCentres.has(group) && group !== 'associates'
  const isOfPeople = (group: string) => ofPeople.has(group)
  if (isPerson) return number === undefined ? [isOfPeople] : [isOfPeople, isCentre]
  const name = named.find(isName)
  if (number === undefined && name !== undefined && isNameOfSchool.test(name)) return [isCentre, isOfPeople]
  if (number === undefined) return name === undefined ? [] : [(group) => isOfPeople(group) || isCentre(group)]
  if (name !== undefined)
    return named.indexOf(name) < named.indexOf(number) ? [isOfPeople, isCentre] : [isCentre, isOfPeople]
  // Digits alone can be the number of anything but a person.
  return [/^\d+$/.test(number) ? (group) => !ofPeople.has(group) : isCentre]
}

/**
 * `suspend` without its noun: `users suspend`, `coordinator suspend`; of people where an address is named, of centres where
 * a number is. Another word for a verb stands for it where it takes nothing away, or where it can mean one thing only.
 */
function groupsWith(verb: string, argv: Line): string[] {
  const [named] = wordsBehind(argv, verb)
  const kinds = nounsNamed(verb, argv)
  // Whoever is named by a name is rather a person.
  const isFirst = (group: string) => named !== undefined && isName(named.word) && group === 'users'
  const workbook = verb === 'upload' && named && isWorkbook.test(named.word) ? ['centres import'] : []
  const groups = Object.keys(tree).toSorted((one, other) => Number(isFirst(other)) - Number(isFirst(one)))
  const own = (isNamed: (group: string) => boolean) =>
    groups
      .filter((group) => isNamed(group) && verbsOf(group).includes(verb))
      .map((group) => `${group} ${verb}`)
  // Of whom it is said decides what it means: without that, nothing is guessed; nor where it may mean two things.
  const bySynonym = (isNamed: (group: string) => boolean) => {
    const names = groups.filter(isNamed).map((group) => synonymsOf(group, verb))
    return names.some((ofOne) => ofOne.length > 1) ? [] : names.flat()
  }
  const everywhere = kinds.length === 0 ? [() => true] : kinds
  const found =
    firstOf(everywhere.map(own)) ??
    firstOf(kinds.map(bySynonym)) ??
    firstOf(everywhere.map((isNamed) => leadsAnywhere(verb, isNamed))) ??
    // A release has a name too.
    (wordsBehind(argv, verb).some(({ word }) => isName(word)) ? own(() => true) : [])
  return [...workbook, ...found.slice(0, maxGroups)]
}

/** `suspned omar@school.example`: a verb of some noun that was misspelt. */
function groupsWithNear(word: string, argv: Line): string[] {
  const verbs = new Set(Object.keys(tree).flatMap(verbsOf))
  return misspelt(word, verbs).flatMap((verb) => groupsWith(verb, withWord(argv, argv.indexOf(word), verb)))
}

/** `block omar@school.example` is `users suspend`, `disable EG001` `coordinator suspend`. */
function synonymsOf(group: string, verb: string): string[] {
  const verbs = verbsOf(group)
  const destructive = destructiveVerbs(verb, { groupName: group, verbs })
  const same = destructive.length > 0 ? destructive : synonymousVerbs(verb, verbs)
  return same.map((name) => `${group} ${name}`)
}

const isWorkbook = /\.(xlsx|csv)$/i

/** `unassign` for `asign` would do what was not meant, and so would `import` for `export`. */
function isOpposite(one: string, other: string): boolean {
  if ([one, other].sort().join() === 'export,import') return true
  const negated = /^(?:un|dis|de(?!l)|resign)/
  return negated.test(one) !== negated.test(other)
}
