import { NotFound, Usage } from '../errors.ts'
import { commandLine } from './typed-line.ts'

/**
 * The whole line as it was meant, to be pasted, where a program or a tired hand made something else of it: a long dash
 * for two short ones, curly quotation marks, what belongs to a person typed before the person. Nothing runs by it.
 */
export function mendedLine(error: unknown, argv: readonly string[]): string | undefined {
  if (!(error instanceof Usage || error instanceof NotFound)) return undefined
  const mended = inOrder(withoutCurlyQuotes(argv.map(withShortDashes)))
  // Of what is refused for another reason, its own hint says more; too many words are told of by number.
  const isMended = argv.some(
    (word, at) => word !== mended[at] && (error.code === 'excess-arguments' || error.message.includes(word)),
  )
  return isMended ? commandLine(mended) : undefined
}

/** Word processors and phones make one long dash of two. */
function withShortDashes(word: string): string {
  return word.replace(/^[\u2012-\u2015\u2212]{1,2}-?(?=[a-z])/, '--')
}

const opening = /^(--[a-z-]+=)?[“”„«‘‚]/
const closing = /[“”»’‘]$/

/** A shell sees no quotation marks in them: one name is several words. */
function withoutCurlyQuotes(words: readonly string[]): string[] {
  const mended: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const end = opening.test(word)
      ? words.findIndex((other, place) => place >= at && closing.test(other))
      : -1
    if (end < 0) mended.push(word)
    else {
      const whole = words.slice(at, end + 1).join(' ')
      mended.push(whole.replace(opening, '$1').replace(closing, ''))
      at = end
    }
  }
  return mended
}

/** Whoever is to have something stands before it. */
const personFirst: ReadonlySet<string> = new Set([
  'roles grant',
  'roles revoke',
  'associates assign',
  'associates unassign',
])

function inOrder(words: readonly string[]): readonly string[] {
  const [noun = '', verb = '', first = ''] = words
  const people = words.filter((word) => word.includes('@') && !word.startsWith('-'))
  const [person = ''] = people
  const at = words.indexOf(person)
  const isOptions = words[at - 1]?.startsWith('-') === true
  if (!personFirst.has(`${noun} ${verb}`) || people.length !== 1 || first.startsWith('-') || isOptions)
    return words
  return [noun, verb, person, ...words.slice(2).filter((word) => word !== person)]
}
