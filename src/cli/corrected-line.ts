import { BadInput, NotFound, Usage } from '../errors.ts'
import { roleChoices, sites } from '../rules/roles/catalogue.ts'
import { readNewAddress } from '../rules/users/email.ts'
import { withTextJoined } from './excess-words.ts'
import { looksLikeCentreNumber, joinPeople } from './names-typed.ts'
import { commandLine, type Line, splitOptionValues, replaceWord } from './typed-line.ts'
import { nounOf } from './words.ts'

/**
 * The line as it was meant, to be pasted, where a word processor or a slip garbled it: a long dash for two short ones,
 * curly quotation marks, arguments in the wrong order. The corrected line is only suggested, never run.
 */
export function correctedLine(error: unknown, argv: Line): string | undefined {
  if (error instanceof BadInput) return lineWithTitleJoined(error, argv)
  if (!(error instanceof Usage || error instanceof NotFound)) return undefined
  // Word processors and phones turn two dashes into one long dash.
  const dashed = withOptionsFirst(argv).map((word) =>
    word.replace(/^[\u2012-\u2015\u2212]{1,2}-?(?=[a-z])/, '--'),
  )
  const ordered = reorderArguments(withoutCommas(withoutCurlyQuotes(dashed)))
  // For other refusals the error's own hint says more; a complaint about too many words names no word.
  const tooMany = error.code === 'excess-arguments'
  const mended = tooMany ? ordered : withoutSurroundingMarks(ordered)
  const isChanged = (at: number) => argv[at] !== mended[at]
  const isMoved = (at: number) => isChanged(at) || isChanged(at - 1)
  const mentions = (message: string, isRelevant: (at: number) => boolean) =>
    argv.some((word, at) => isRelevant(at) && message.includes(word))
  const { problems = [] } = error.details
  // Where several words were refused, the correction must cover each of them.
  for (const { message } of problems) if (!mentions(message, isChanged)) return undefined
  const isMended =
    problems.length > 0 || mentions(error.message, isMoved) || (tooMany && argv.some((_, at) => isMoved(at)))
  return isMended ? commandLine(mended) : undefined
}

/** Joins the words of a title that were taken for names of files, none of which exist. */
function lineWithTitleJoined({ code, details }: BadInput, argv: Line): string | undefined {
  if (code !== 'file-not-found') return undefined
  const missing = new Set([...(details.problems ?? [])].map(({ target }) => target))
  const whole = withTextJoined(splitOptionValues(argv), (word) => missing.has(word))
  return whole && commandLine(whole)
}

/** Moves options that follow `--` before it, and drops a `--` that protects nothing. */
function withOptionsFirst(line: Line): Line {
  const end = line.indexOf('--')
  if (end < 0) return line
  const [before, behind] = [line.slice(0, end), line.slice(end + 1)]
  const isOption = (word: string | undefined) => word !== undefined && /^--[a-z]/.test(word)
  const isValue = (at: number) => isOption(behind[at - 1]) && behind[at]?.startsWith('-') === false
  const options = behind.filter((word, at) => isOption(word) || isValue(at))
  const others = behind.filter((word, at) => !isOption(word) && !isValue(at))
  if (end > 0 && options.length === 0) return line
  const needsEnd = others.some((word) => word.startsWith('-'))
  return needsEnd ? [...before, ...options, '--', ...others] : [...before, ...behind]
}

const openingQuote = /^(--[a-z-]+=)?[“”„«‘‚]/
const closingQuote = /[“”»’‘]$/

/** Takes curly quotation marks away and joins the words between them: a shell does not treat them as quotes. */
function withoutCurlyQuotes(words: Line): Line {
  const mended: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const end = openingQuote.test(word)
      ? words.findIndex((other, index) => index >= at && closingQuote.test(other))
      : -1
    if (end < 0) mended.push(word)
    else {
      const whole = words.slice(at, end + 1).join(' ')
      mended.push(whole.replace(openingQuote, '$1').replace(closingQuote, ''))
      at = end
    }
  }
  return mended
}

/** Splits a list of addresses with commas or semicolons into words. */
function withoutCommas(words: Line): Line {
  const addresses = /^[^\s<>,;@]+@[^\s<>,;@]+(?:[,;][^\s<>,;@]+@[^\s<>,;@]+)+[,;]?$/
  return words.flatMap((word) => (addresses.test(word) ? word.split(/[,;]/).filter(Boolean) : [word]))
}

const copiedAddress = /^(?:mailto:)?[<("'[]*([^\s<>()[\],;:"'|#@]+@[^\s<>()[\],;:"'|#@]+?)[>)"'\].,;:]*$/i
const addressAfterName = /^[^<>@]*<\s*(?:mailto:)?([^\s<>,;:"@]+@[^\s<>,;:"@]+)\s*>[,;]?$/i

/** Takes away what was copied with an address or a number: a comma, brackets, the name before it. */
function withoutSurroundingMarks(words: Line): Line {
  const [noun = '', verb = ''] = words
  const takesPeople = /^(?:users|coordinator) add$/.test(`${nounOf(noun) ?? noun} ${verb}`)
  return words.map((word, at) => {
    const [, option = '', typed = word] = /^(--[a-z-]+=)(.*)$/s.exec(word) ?? []
    const isPerson = takesPeople || option === '--new=' || words[at - 1] === '--new'
    return `${option}${typed.includes('@') ? bareAddress(typed, { isPerson }) : bareNumber(typed)}`
  })
}

function bareAddress(typed: string, { isPerson }: { isPerson: boolean }): string {
  if (typed.includes('<') && isPerson) return typed
  // A mailto: link may hold the subject of the message.
  const withoutSubject = typed.trim().replace(/^(mailto:[^?]*)\?.*$/is, '$1')
  const closed = withoutSubject.replace(/\s*([@.])\s*/g, '$1')
  const alone = (copiedAddress.exec(closed) ?? addressAfterName.exec(typed.trim()))?.[1]
  return alone !== undefined && 'key' in readNewAddress(alone) ? alone : typed
}

/** A spreadsheet writes the number 50538 as 50538.0. */
function bareNumber(typed: string): string {
  const number = typed.replace(/^(\d+)\.0$|[.,;]+$/, '$1')
  return looksLikeCentreNumber(number) ? number : typed
}

/** Commands whose first argument is the person. */
const personFirstCommands: ReadonlySet<string> = new Set([
  'roles grant',
  'roles revoke',
  'associates assign',
  'associates unassign',
])

/** Commands on users, for which the number of a centre is superfluous. */
const userCommands: ReadonlySet<string> = new Set([
  'users show',
  'users suspend',
  'users restore',
  'users delete',
  'users reset-password',
  'users pin',
  'users exists',
])

/** Whether a word is a person's name of several words, and no name of a site or role. */
function isFullName(word: string): boolean {
  const name = word.toLowerCase().replaceAll(' ', '-')
  const isOther = sites.some((site) => site === name) || roleChoices().some(([role]) => role === name)
  return /^\p{Lu}[^@<>]* \p{Lu}/u.test(word) && !isOther
}

/** Puts the person and the centre in the order, and behind the option, that the command has for them. */
export function reorderArguments(words: Line): Line {
  const [noun = '', verb = '', first = ''] = words
  const command = `${nounOf(noun) ?? noun} ${verb}`
  // The values of --as and --db are left out: an actor, and a server's address, which may have an @.
  const isPerson = (word: string, at: number) =>
    word.includes('@') && !word.startsWith('-') && !/^--(?:as|db)$/.test(words[at - 1] ?? '')
  const people = words.filter(isPerson)
  const personAt = words.findIndex(isPerson)
  const person = words[personAt] ?? ''
  const numberAt = words.findIndex(
    (word, at) => at > 1 && looksLikeCentreNumber(word) && words[at - 1]?.startsWith('--') !== true,
  )
  const number = words[numberAt] ?? ''
  if (number !== '' && people.length > 0) {
    if (userCommands.has(command)) return replaceWord(words, numberAt)
    if (command === 'users add' && !words.includes('--centre')) {
      const isBehindWord = /^(?:to|at|in|for)$/.test(words[numberAt - 1] ?? '')
      const others = words.toSpliced(isBehindWord ? numberAt - 1 : numberAt, isBehindWord ? 2 : 1)
      const end = others.findIndex((word, at) => at > 1 && word.startsWith('-'))
      const typed = end < 0 ? others.slice(2) : others.slice(2, end)
      return others.toSpliced(2, typed.length, ...(joinPeople(typed) ?? typed)).concat('--centre', number)
    }
    if (command === 'coordinator add' && people.length === 1 && first === person) {
      const rest = replaceWord(words.slice(3), numberAt - 3)
      return [noun, verb, number, person.includes('<') ? person : `First Last <${person}>`, ...rest]
    }
  }
  // The value of --add-… and --remove-… follows the option, so a person behind the option is moved before it.
  const [, , , behind = ''] = words
  if (command === 'users edit' && /^--(?:add|remove)-/.test(first) && (personAt === 3 || isFullName(behind)))
    return [noun, verb, behind, first, ...words.slice(4)]
  const isOption = words[personAt - 1]?.startsWith('-') === true
  if (!personFirstCommands.has(command) || people.length !== 1 || first.startsWith('-') || isOption)
    return words
  return [noun, verb, person, ...replaceWord(words, personAt).slice(2)]
}
