import { hintOfLines, Usage } from '../errors.ts'
import { isSwapped, nearestOf } from '../nearest.ts'
import { isAddress, looksLikeCentreNumber, schoolNameWord } from './names-typed.ts'
import { reorderArguments } from './corrected-line.ts'
import type { UnknownWord } from './program.ts'
import { shellWord } from '../shell-word.ts'
import { tree } from './tree.ts'
import { commandLine, type Line, positionsIn, replaceWord } from './typed-line.ts'
import {
  destructiveVerbs,
  suggestedForAnyNoun,
  suggestedCommandsFor,
  nounOf,
  multiStepHint,
  synonymousVerbs,
  wordsWithSuggestion,
} from './words.ts'

/** A command that was perhaps meant, and the whole line with the command. */
interface Guess {
  name: string
  line: Line
}

/**
 * The error for a word that is no command, with whole lines to paste that were probably meant.
 * @param correct the line, mended where necessary, if the parser accepts it
 */
export async function unknownCommand(
  unknown: UnknownWord,
  correct: (line: Line) => Promise<Line | undefined>,
): Promise<Usage> {
  const commandPrefix = ['ssh-admin', ...unknown.before].join(' ')
  const guesses = guessesAt(unknown)
  const lines: string[] = []
  const candidates: string[] = []
  for (const { name, line } of guesses) {
    const ordered = reorderArguments(line)
    const corrected = acceptsArguments(name, ordered) ? await correct(ordered) : undefined
    if (corrected === undefined) continue
    lines.push(commandLine(corrected))
    candidates.push(name)
  }
  return new Usage(`${commandPrefix} has no command '${unknown.word}'.`, {
    code: 'unknown-command',
    hint:
      hintOfLines(lines) ??
      multiStepHint(unknown.before[0], unknown.word, addressesOrNumbers(unknown)) ??
      `${commandPrefix} --help lists them.`,
    details: { candidates },
  })
}

/** The one or two addresses or centre numbers behind a word, quoted for a shell; none where other words follow. */
function addressesOrNumbers({ argv, word }: UnknownWord): readonly string[] {
  const words = wordsUntilOption(argv, argv.indexOf(word) + 1)
  const areAlike = [isAddress, looksLikeCentreNumber].some((isOne) => words.every(isOne))
  return areAlike && words.length < 3 ? words.map(shellWord) : []
}

function guessesAt(unknown: UnknownWord): Guess[] {
  const { argv, word, known, before } = unknown
  const [group] = before
  const at = argv.indexOf(word)
  if (group === undefined && word === 'ssh-admin')
    return [{ name: argv[at + 1] ?? '', line: replaceWord(argv, at) }]
  if (group === undefined && /^sites?$/.test(word)) return [{ name: 'help roles', line: ['help', 'roles'] }]
  // A workbook alone does not say what is to become of it: first the command that changes nothing.
  if (group === undefined && workbookName.test(word))
    return commandsForFiles.map((words) => ({
      name: words,
      line: argv.toSpliced(at, 0, ...words.split(' ')),
    }))
  const listed = group === undefined ? undefined : withListVerb(unknown, group)
  if (listed) return [listed]
  const reordered =
    group === undefined ? guessesWithNounAfterVerb(argv, word) : guessesWithTwoWordVerb(unknown)
  if (reordered.length > 0) return reordered
  const forNamedThing = isAddressOrNumber(word) || isNameOrNumber(word) ? guessesForNamedThing(unknown) : []
  if (forNamedThing.length > 0) return forNamedThing
  const forWhoIs = group === undefined ? guessWhoIs(unknown, at) : []
  if (forWhoIs.length > 0) return forWhoIs
  // PINs belong to users: a centre number behind a verb about PINs means the centre's users.
  const pinCommands =
    group === 'users' && looksLikeCentreNumber(argv[at + 1] ?? '') ? suggestedCommandsFor(group, word) : []
  if (pinCommands.length > 0) return guessesFor(pinCommands, withoutNoun(argv, group), word)
  const forFullName = guessesForFullName(unknown)
  if (forFullName.length > 0) return forFullName
  // A word of one or two letters resembles too many commands.
  const near = nearWords(word, known)
  const destructive = destructiveVerbs(word, { groupName: group, verbs: known })
  const forNearWords = guessesFor(destructive.length > 0 ? destructive : near, argv, word)
  if (group === undefined) {
    const school = withNameJoined(argv, at + 1)
    if (schoolNameWord.test(school?.[at + 1] ?? '')) return guessesAt({ ...unknown, argv: school ?? argv })
    // A noun that has exactly this verb is likelier than a noun that is only spelt like the word.
    const commandsOfOtherNouns = commandsWithVerb(word, argv)
    if (commandsOfOtherNouns.length > 0) return guessesFor(commandsOfOtherNouns, argv, word)
    if (forNearWords.length > 0) return forNearWords
    const forMisspeltVerb = guessesFor(commandsWithMisspeltVerb(word, argv), argv, word)
    if (forMisspeltVerb.length > 0) return forMisspeltVerb
    const whole = withNameJoined(argv, at + 1)
    return whole ? guessesAt({ ...unknown, argv: whole }) : guessFind(word, argv)
  }
  if (forNearWords.length > 0) return forNearWords
  const suggestedCommands = [word, ...misspelt(word, wordsWithSuggestion(group))].map((one) =>
    suggestedCommandsFor(group, one),
  )
  return guessesFor(firstNonEmpty(suggestedCommands) ?? [], withoutNoun(argv, group), word)
}

/** `event-logs --kind event`: the word is the value of an option, and the verb `list` was left out. */
function withListVerb({ argv, word, known }: UnknownWord, group: string): Guess | undefined {
  const isOptionValue = argv[argv.indexOf(word) - 1]?.startsWith('--') === true
  const at = argv.findIndex((typed) => nounOf(typed) === group)
  if (!isOptionValue || at < 0 || !known.includes('list')) return undefined
  return { name: `${group} list`, line: replaceWord(argv, at, group, 'list') }
}

function firstNonEmpty(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  return lists.find((names) => names.length > 0)
}

/** The command words and arguments behind a word. */
function wordsAfter(argv: Line, word: string): { word: string; at: number }[] {
  const from = argv.indexOf(word)
  return positionsIn(argv).filter(({ at }) => at > from)
}

function guessesFor(names: readonly string[], argv: Line, word: string): Guess[] {
  return names.map((name) => {
    const line = withCommandWords(argv, word, name)
    // `coordinator remove` leads to `coordinator change`, which names the successor and not the person to remove.
    const isReplaced = word === 'replace' && line.some((typed) => personOption.test(typed))
    const namesSuccessor =
      name === 'coordinator change' &&
      word !== 'change' &&
      !isReplaced &&
      misspelt(word, ['change']).length === 0
    return { name, line: namesSuccessor ? withoutPeople(line) : line }
  })
}

const personOption = /^--(?:to|new|from)(?:=|$)/

/** Takes people out of the line: the person who is to lose the role must not be suggested as the new coordinator. */
function withoutPeople(line: Line): Line {
  const [noun, verb, ...named] = positionsIn(line)
  const centres = named.filter(
    ({ word, at }) => !word.includes('@') && !personOption.test(line[at - 1] ?? ''),
  )
  const centre = centres.find(({ word }) => looksLikeCentreNumber(word)) ?? centres[0]
  const kept = new Set([noun?.at, verb?.at, centre?.at])
  const removed = new Set(named.map(({ at }) => at).filter((at) => !kept.has(at)))
  return line.filter((word, at) => !removed.has(at) && word !== '--yes' && !personOption.test(word))
}

function nearWords(word: string, known: readonly string[]): string[] {
  if (word.length < 3) return []
  const swapped = known.filter((name) => isSwapped(word, name))
  const near = swapped.length > 0 ? swapped : nearestOf(word, known)
  return near.filter((name) => !isOpposite(name, word))
}

/** The only known word that differs by one letter or by two swapped ones; none where several do. */
function misspelt(word: string, known: Iterable<string>): string[] {
  const names = [...known]
  const swapped = names.filter((name) => isSwapped(word, name))
  const near = swapped.length > 0 || word.length < 5 ? swapped : nearestOf(word, names, 1)
  const alike = near.filter((name) => !isOpposite(name, word) && Math.abs(name.length - word.length) < 2)
  return alike.length === 1 ? alike : []
}

/** For each noun the verb that shows one thing, and those for a search text and for a number where they differ. */
const readingVerbs: Readonly<Record<string, { one: string; text?: string; number?: string }>> = {
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

/**
 * `users omar@school.example suspend`, `centre EG001`, `EG001 delete`, or an address alone: guesses the verb behind the
 * name, or the verb that shows what is named.
 */
function guessesForNamedThing({ argv, word, known, before: [group] }: UnknownWord): Guess[] {
  const [{ at: nextAt, word: next } = { at: -1, word: undefined }] = wordsAfter(argv, word)
  if (group === undefined && next !== undefined) {
    // The verb or noun follows the name, so the two are swapped.
    const reordered = replaceWord(argv.toSpliced(nextAt, 1), argv.indexOf(word), next, word)
    const noun = nounOf(next)
    if (noun === undefined) return guessesFor(commandsWithVerb(next, reordered), reordered, next)
    const line = replaceWord(reordered, reordered.indexOf(next), noun)
    return guessesForNamedThing({ argv: line, word, known: verbsOf(noun), before: [noun] })
  }
  if (group !== undefined && next !== undefined) {
    if (!known.includes(next)) return []
    const name = `${group} ${next}`
    const line = withCommandWords(replaceWord(argv, nextAt), word, next, word)
    if (word.includes('@') && !acceptsArguments(name, line))
      return guessUsersShow(replaceWord(argv, nextAt), { word, group })
    if (!(group === 'users' && looksLikeCentreNumber(word))) return [{ name, line }]
    return next === 'list' ? [{ name, line: withCommandWords(line, word, '--centre', word) }] : []
  }
  const name = group ?? (word.includes('@') ? 'users' : looksLikeCentreNumber(word) ? 'centres' : '')
  // An address names a person, who has a centre; a centre belongs to no single person.
  if (word.includes('@') && nounsOfCentres.has(name)) return guessUsersShow(argv, { word, group })
  const verbsOfNoun = Object.hasOwn(readingVerbs, name) ? readingVerbs[name] : undefined
  if (verbsOfNoun === undefined) return []
  const verbs =
    /^\d+$/.test(word) || looksLikeCentreNumber(word)
      ? (verbsOfNoun.number ?? verbsOfNoun.one)
      : verbsOfNoun.one
  const verb = word.includes('@') ? (verbsOfNoun.text ?? verbs) : verbs
  // Eight digits may be a PIN, which must not be repeated.
  const shownWord = group === undefined && /^\d{8}$/.test(word) ? 'NUMBER' : word
  const line = withCommandWords(argv, word, group === undefined ? `${name} ${verb}` : verb, shownWord)
  return [{ name: `${name} ${verb}`, line }]
}

/** `Amira Silva suspend`, `users Amira Silva`: a name of several words before the verb. */
function guessesForFullName(unknown: UnknownWord): Guess[] {
  const { argv, word, known, before } = unknown
  const at = argv.indexOf(word)
  const words = wordsUntilOption(argv, at)
  if (nearWords(word, known).length > 0 || isKnownWord(word, unknown)) return []
  for (let end = words.length - 1; end > 0; end -= 1) {
    const [verb = '', ...rest] = words.slice(end)
    const name = words.slice(0, end)
    const isPhrase = Object.hasOwn(phrases, `${verb} ${rest[0]}`)
    if (!isNameInWords(name) || !(isPhrase || isKnownWord(verb, unknown))) continue
    // In `reset password` both words have a meaning, and belong together.
    if (Object.hasOwn(phrases, `${name.at(-1)} ${verb}`)) continue
    const typed = isPhrase ? [verb, rest[0] ?? ''] : [verb]
    const behindVerb = isPhrase ? rest.slice(1) : rest
    const line = argv.toSpliced(at, words.length, ...typed, name.join(' '), ...behindVerb)
    const [group] = before
    if (group !== undefined && known.includes(verb)) return [{ name: `${group} ${verb}`, line }]
    const guesses = guessesAt({ ...unknown, argv: line, word: verb })
    if (guesses.length > 0) return guesses
  }
  const whole = before.length > 0 ? withNameJoined(argv, at) : undefined
  return whole ? guessesForNamedThing({ ...unknown, argv: whole, word: whole[at] ?? '' }) : []
}

/** Whether a word is a verb or noun here, or a synonym for one. */
function isKnownWord(word: string, { known, before: [group] }: UnknownWord): boolean {
  if (group !== undefined)
    return (
      known.includes(word) ||
      synonymsOf(group, word).length > 0 ||
      suggestedCommandsFor(group, word).length > 0 ||
      nounOf(word) !== undefined
    )
  const nouns = Object.keys(tree)
  return (
    nouns.some((noun) => verbsOf(noun).includes(word) || synonymsOf(noun, word).length > 0) ||
    suggestedForAnyNoun(word, () => true).length > 0 ||
    nounOf(word) !== undefined
  )
}

/** The words from a position to the first option. */
function wordsUntilOption(argv: Line, at: number): string[] {
  const words = argv.slice(at)
  const end = words.findIndex((word) => word.startsWith('-'))
  return end < 0 ? words : words.slice(0, end)
}

/** The line with several words that are a name joined into one. */
function withNameJoined(argv: Line, at: number): Line | undefined {
  const words = wordsUntilOption(argv, at)
  const name = words.slice(0, words.findLastIndex((_, index) => isNameInWords(words.slice(0, index + 1))) + 1)
  return name.length > 1 ? argv.toSpliced(at, name.length, name.join(' ')) : undefined
}

/** Requires capitals: other words may be anything, such as something that this program does not administer. */
function isNameInWords(words: Line): boolean {
  const [first = '', last = ''] = [words[0], words.at(-1)]
  return (
    words.every((word) => /^[\p{L}\p{M}'’.-]+$/u.test(word)) &&
    [first, last].every((word) => /^\p{Lu}/u.test(word))
  )
}

/** `Amira Silva` alone: suggests `find` with the name. */
function guessFind(word: string, argv: Line): Guess[] {
  if (!isName(word) && !/^\p{Lu}\p{Ll}/u.test(word)) return []
  const words = positionsIn(argv)
  // A PIN or a link behind the name must not be repeated.
  if (words.some((typed) => /\d{3}|[:/]/.test(typed.word))) return []
  const rest = words.reduceRight((line: Line, typed) => replaceWord(line, typed.at), argv)
  return [{ name: 'find', line: ['find', words.map((typed) => typed.word).join(' '), ...rest] }]
}

/** `who is omar@school.example`, `whois omar`; other questions with `who` are not understood. */
function guessWhoIs(unknown: UnknownWord, at: number): Guess[] {
  const { argv } = unknown
  const words = wordsUntilOption(argv, at)
  const [first = '', second = ''] = words
  if (!/^(?:who|whois|who's)$/i.test(first)) return []
  if (/^am$/i.test(second)) return [{ name: 'whoami', line: argv.toSpliced(at, words.length, 'whoami') }]
  const rest = first.length > 3 ? words.slice(1) : /^is$/i.test(second) ? words.slice(2) : []
  const whom = rest.join(' ').replace(/\?$/, '')
  const isName = (word: string) => /^\p{L}[\p{L}\p{M}'’-]+$/u.test(word) && !noNameAfterWhoIs.test(word)
  if (!isAddress(whom) && !(rest.length < 4 && whom.split(' ').every(isName))) return []
  if (rest.some((word) => isKnownWord(word, unknown))) return []
  const name = isAddress(whom) ? 'users show' : 'find'
  return [{ name, line: argv.toSpliced(at, words.length, ...name.split(' '), whom) }]
}

/** Words that follow `who is` in a question and are no name: `who is locked out`, `who is the head of EG001`. */
const noNameAfterWhoIs =
  /^(?:the|an?|my|our|this|that|it|in|out|up|at|of|on|for|from|to|not|here|there|still|active|invited|suspended|deleted|locked|admin|head|everybody|everyone)$/i

function guessUsersShow(argv: Line, { word, group }: { word: string; group: string | undefined }): Guess[] {
  return [{ name: 'users show', line: withCommandWords(withoutNoun(argv, group), word, 'users show', word) }]
}

function isAddressOrNumber(word: string): boolean {
  return isAddress(word) || looksLikeCentreNumber(word)
}

/** Whether a word has a blank in it, as only quoted names of people and schools do. */
function isName(word: string): boolean {
  return /^\p{L}\P{Cc}* \P{Cc}*$/u.test(word) && !word.includes('@')
}

/** Whether a word is the name or number of one thing, and resembles no verb. */
function isNameOrNumber(word: string): boolean {
  return /^\p{Lu}/u.test(word) || /\d/.test(word) || /\s/.test(word) || letterNames.test(word)
}

const letterNames =
  /^(?:account|coordinator|password)-[a-z-]+$|^(?:invitation|verification-code|address-changed|sign-in-slowed)$/

/** `delete user omar`: the noun follows its verb; the verbs of other nouns are not considered. */
function guessesWithNounAfterVerb(argv: Line, verb: string): Guess[] {
  const [{ at: nounAt, word: following } = { at: -1, word: '' }] = wordsAfter(argv, verb)
  const noun = nounOf(following)
  const phrase = phrases[`${verb} ${following}`]
  const names = phrase ? [phrase] : noun === undefined ? [] : commandsOf(noun, verb)
  return guessesFor(names, replaceWord(argv, nounAt), verb)
}

/** `users reset password omar`: a verb of two words, or a phrase for one of this noun's commands. */
function guessesWithTwoWordVerb({ argv, word, known, before: [group] }: UnknownWord): Guess[] {
  const [{ at: nextAt, word: next } = { at: -1, word: '' }] = wordsAfter(argv, word)
  const line = replaceWord(argv, nextAt)
  const verb = `${word}-${next}`
  if (known.includes(verb)) return guessesFor([verb], line, word)
  const phrase = phrases[`${word} ${next}`]
  return phrase?.startsWith(`${group} `) ? guessesFor([phrase], withoutNoun(line, group), word) : []
}

/** A verb with its object, for which there is a single command. */
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
  return own.length > 0 ? own.map((name) => `${noun} ${name}`) : [...suggestedCommandsFor(noun, verb)]
}

function verbsOf(noun: string): string[] {
  const node = tree[noun]
  return node === undefined || typeof node === 'function' ? [] : Object.keys(node.verbs)
}

/** Drops the typed noun, where the suggestion is a command of another noun. */
function withoutNoun(argv: Line, group: string | undefined): Line {
  return group === undefined
    ? argv
    : replaceWord(
        argv,
        argv.findIndex((word) => nounOf(word) === group),
      )
}

/** The line with the command's words, and names behind them, in place of the first occurrence of a word. */
function withCommandWords(argv: Line, word: string, name: string, ...named: readonly string[]): Line {
  return replaceWord(argv, argv.indexOf(word), ...name.split(' '), ...named)
}

const maxCommands = 3
const nounsOfPeople: ReadonlySet<string> = new Set(['users', 'roles', 'account', 'associates'])
const nounsOfCentres: ReadonlySet<string> = new Set(['centres', 'coordinator', 'associates'])

/** Commands that take the numbers of things, and no names. */
const numberOnlyCommands = /^(?:resources|help-documents|mail) (?:withdraw|restore|download|show|cancel)$/

const singleCentreCommands =
  /^(?:centres (?:create|show|restore|delete|edit)|coordinator (?:show|suspend|restore)|associates show)$/

/** Whether the command can take what was named: adding a user needs an address, and a centre is never an address. */
function acceptsArguments(name: string, line: Line): boolean {
  const words = positionsIn(line)
    .slice(2)
    .map(({ word }) => word)
  const hasAddress = words.some((word) => word.includes('@'))
  if (name === 'users list --pin issued --centre') return !hasAddress && words.length === 2
  if (name === 'users list --role') return words.length === 1
  if (name === 'users add') return hasAddress || words.length === 0
  if (name === 'coordinator add') return hasAddress ? words.some(looksLikeCentreNumber) : words.length === 0
  if (name === 'users add --from') return !hasAddress
  // `assign` takes a person's address; an Associate that is created or deleted has none.
  if (/^associates (?:un)?assign$/.test(name)) return !looksLikeCentreNumber(words[0] ?? '') || hasAddress
  if (name === 'centres create --kind associate') return !hasAddress
  if (numberOnlyCommands.test(name)) return words.every((word) => /^\d+$/.test(word))
  // One to four digits are the number of a log row, and no subject.
  if (name === 'audit list --subject') return words.every((word) => !/^\d{1,4}$/.test(word))
  // Nothing may follow the format: the name of a file would be taken for a search text.
  if (name === 'users list --format csv') return words.join(' ') === 'csv'
  // `users remove` takes a person out of their centre; for one associate centre there is `associates unassign`.
  if (name === 'users remove' && words.some(looksLikeCentreNumber)) return false
  return !(singleCentreCommands.test(name) && hasAddress)
}

/** Tests for the nouns that may be meant, likeliest first; people before centres: a person may come with a centre. */
function likelyNouns(verb: string, argv: Line): ((group: string) => boolean)[] {
  const named = wordsAfter(argv, verb).map(({ word }) => word)
  const isPerson = named.some((word) => word.includes('@'))
  const number = named.find(looksLikeCentreNumber)
  const isCentre = (group: string) => nounsOfCentres.has(group) && group !== 'associates'
  const isOfPeople = (group: string) => nounsOfPeople.has(group)
  if (isPerson) return number === undefined ? [isOfPeople] : [isOfPeople, isCentre]
  const name = named.find(isName)
  if (number === undefined && name !== undefined && schoolNameWord.test(name)) return [isCentre, isOfPeople]
  if (number === undefined) return name === undefined ? [] : [(group) => isOfPeople(group) || isCentre(group)]
  if (name !== undefined)
    return named.indexOf(name) < named.indexOf(number) ? [isOfPeople, isCentre] : [isCentre, isOfPeople]
  // Digits alone may be the number of anything but a person.
  return [/^\d+$/.test(number) ? (group) => !nounsOfPeople.has(group) : isCentre]
}

/**
 * `suspend` without its noun: `users suspend` or `coordinator suspend`, for people where an address is named, for
 * centres where a number is. A synonym counts where its verb takes nothing away, or where it has a single meaning.
 */
function commandsWithVerb(verb: string, argv: Line): string[] {
  const [named] = wordsAfter(argv, verb)
  const nounTests = likelyNouns(verb, argv)
  // A word that is a name more probably names a person.
  const isUsersForName = (group: string) => named !== undefined && isName(named.word) && group === 'users'
  const workbook = verb === 'upload' && named && workbookName.test(named.word) ? ['centres import'] : []
  const groups = Object.keys(tree).toSorted(
    (one, other) => Number(isUsersForName(other)) - Number(isUsersForName(one)),
  )
  const commandsOfNouns = (isLikely: (group: string) => boolean) =>
    groups
      .filter((group) => isLikely(group) && verbsOf(group).includes(verb))
      .map((group) => `${group} ${verb}`)
  // A synonym is used only where something is named behind it, and where it has one meaning for each noun.
  const bySynonym = (isLikely: (group: string) => boolean) => {
    const names = groups.filter(isLikely).map((group) => synonymsOf(group, verb))
    return names.some((synonyms) => synonyms.length > 1) ? [] : names.flat()
  }
  const nounTestsOrAny = nounTests.length === 0 ? [() => true] : nounTests
  const found =
    firstNonEmpty(nounTestsOrAny.map(commandsOfNouns)) ??
    firstNonEmpty(nounTests.map(bySynonym)) ??
    firstNonEmpty(nounTestsOrAny.map((isLikely) => suggestedForAnyNoun(verb, isLikely))) ??
    // Releases have names too, so a name may belong to any noun with this verb.
    (wordsAfter(argv, verb).some(({ word }) => isName(word)) ? commandsOfNouns(() => true) : [])
  return [...workbook, ...found.slice(0, maxCommands)]
}

/** `suspned omar@school.example`: a misspelt verb of any noun. */
function commandsWithMisspeltVerb(word: string, argv: Line): string[] {
  const verbs = new Set(Object.keys(tree).flatMap(verbsOf))
  return misspelt(word, verbs).flatMap((verb) =>
    commandsWithVerb(verb, replaceWord(argv, argv.indexOf(word), verb)),
  )
}

/** `block omar@school.example` means `users suspend`, `disable EG001` means `coordinator suspend`. */
function synonymsOf(group: string, verb: string): string[] {
  const verbs = verbsOf(group)
  const destructive = destructiveVerbs(verb, { groupName: group, verbs })
  const same = destructive.length > 0 ? destructive : synonymousVerbs(verb, verbs)
  return same.map((name) => `${group} ${name}`)
}

/** What takes a workbook or a list, each behind its own headings. */
const commandsForFiles = [
  'centres lint',
  'centres import',
  'users add --from',
  'entries import',
  'key-times import',
  'progression-tests import',
]

const workbookName = /\.(xlsx|csv)$/i

/** Whether one word would undo the other: `unassign` for `asign`, `import` for `export`. */
function isOpposite(one: string, other: string): boolean {
  if ([one, other].sort().join() === 'export,import') return true
  const negated = /^(?:un|dis|de(?!l)|resign)/
  return negated.test(one) !== negated.test(other)
}
