import { nearestOf } from '../nearest.ts'
import { type LetterName, letters, type LetterWords } from '../rules/mail/letters.ts'
import { type Language, templateLanguage } from './fill-in.ts'
import { sampleOf, variablesFor } from './values.ts'

const sections = ['subject', 'text', 'html'] as const
type Section = (typeof sections)[number]

export interface TemplateProblem {
  /** The line in the file, from 1. */
  line: number
  message: string
}

/** A template as one file to be edited, with its parts under their headings. */
export function sourceOf({ subject, text, html }: LetterWords, letter: LetterName): string {
  const variables = variablesFor(letter).map((name) => `{{ ${name} }}`)
  return `=== subject: one line, the same for everyone
${subject.trim()}

=== text: what it may say: ${variables.join(' ')}
${text.trim()}

=== html: the same variables; the frame round it stays
${html.trim()}
`
}

/** The parts of an edited file, each with the line on which it begins; or the problems with the parts. */
function readSource(
  source: string,
): { parts: LetterWords; lines: Record<Section, number> } | { problems: TemplateProblem[] } {
  const parts: LetterWords = { subject: '', text: '', html: '' }
  const lines = { subject: 0, text: 0, html: 0 }
  let section: Section | undefined
  for (const [at, line] of source.split(/\r?\n/).entries()) {
    const heading = /^===\s*(\w+)/.exec(line)?.[1]?.toLowerCase()
    if (heading !== undefined) {
      section = sections.find((one) => one === heading)
      if (!section) return { problems: [{ line: at + 1, message: `there is no part called ${heading}` }] }
      if (lines[section] > 0)
        return { problems: [{ line: at + 1, message: `the part ${heading} is there twice` }] }
      lines[section] = at + 2
    } else if (section) parts[section] += `${line}\n`
    else if (line.trim() !== '') {
      return { problems: [{ line: at + 1, message: 'a template begins with the line === subject' }] }
    }
  }
  const missing = sections.filter((one) => parts[one].trim() === '')
  if (missing.length > 0) {
    const line = source.split(/\r?\n/).length
    return { problems: missing.map((one) => ({ line, message: `the part === ${one} is missing or empty` })) }
  }
  return { parts, lines }
}

/** Checks an edited template before it is saved. @returns the template, or its problems line by line */
export async function checkTemplate(
  source: string,
  letter: LetterName,
): Promise<LetterWords | { problems: TemplateProblem[] }> {
  const read = readSource(source)
  if ('problems' in read) return read
  const { parts, lines } = read
  const subject = parts.subject.trim()
  const template = { subject, text: parts.text.trim(), html: parts.html.trim() }
  const [text, html] = await Promise.all([templateLanguage('text'), templateLanguage('html')])
  const problems = [
    ...problemsOfSubject(subject, lines.subject),
    ...problemsOfPart(parts.text, { language: text, letter, from: lines.text, part: 'text' }),
    ...problemsOfPart(parts.html, { language: html, letter, from: lines.html, part: 'html' }),
    ...problemsOfMarkup(parts.html, lines.html),
  ]
  return problems.length > 0 ? { problems } : template
}

function problemsOfSubject(subject: string, line: number): TemplateProblem[] {
  if (subject.includes('\n')) return [{ line: line + 1, message: 'the subject is one line' }]
  if (/\{[{%]/.test(subject)) {
    return [{ line, message: 'the subject is the same for everyone: it has no {{ … }}' }]
  }
  if (subject.length > 120) return [{ line, message: 'the subject is longer than 120 characters' }]
  return []
}

interface PartContext {
  language: Language
  letter: LetterName
  /** The line of the file on which the part begins. */
  from: number
  part: 'text' | 'html'
}

function problemsOfPart(template: string, { language, letter, from, part }: PartContext): TemplateProblem[] {
  const known = variablesFor(letter)
  const unclosed = unclosedTags(template, from)
  if (unclosed.length > 0) return unclosed
  try {
    const unknown = language.variablesOf(template).filter(({ name }) => !known.includes(name))
    if (unknown.length > 0) {
      return unknown.map(({ name, line }) => ({
        line: from + line - 1,
        message: unknownVariable(name, known),
      }))
    }
    return missingSecret(template, { language, letter, from, part })
  } catch (error) {
    return [{ line: from + lineOf(error) - 1, message: messageWithoutPosition(error) }]
  }
}

const completeTagPattern =
  /\{\{\s*[A-Za-z]\w*(?:\s*\|\s*[a-z]+(?::\s*(?:"[^"{}]*"|'[^'{}]*'))?)*\s*\}\}|\{%-?\s*[a-z]+[^{}%]*%\}/g

/** The template language is lenient: half a `{{ name` would swallow the text after it. */
function unclosedTags(template: string, from: number): TemplateProblem[] {
  return template.split('\n').flatMap((line, at) => {
    const left = /\{\{|\}\}|\{%|%\}/.exec(line.replace(completeTagPattern, ''))
    return left ? [{ line: from + at, message: `this cannot be read: ${line.trim().slice(0, 60)}` }] : []
  })
}

function unknownVariable(name: string, known: readonly string[]): string {
  const [near] = nearestOf(name, known)
  return `this letter has no {{ ${name} }}${near ? ` (did you mean {{ ${near} }}?)` : ''}`
}

/** Every reader must get what the letter carries, whichever way the conditions in the template turn out. */
function missingSecret(template: string, { language, letter, from, part }: PartContext): TemplateProblem[] {
  const { carries } = letters[letter]
  const samples = [sampleOf(letter, 'with'), sampleOf(letter, 'without')]
  // Filled in even where the letter carries nothing, because errors of filling in are reported here.
  const filledIn = samples.map((values) => ({ values, said: language.fillIn(template, values) }))
  if (!carries) return []
  const isShown = filledIn.every(({ values, said }) => said.includes(values[carries] ?? ''))
  const shown = new RegExp(`\\{\\{\\s*${carries}\\s*\\}\\}`)
  if (isShown && shown.test(outsideConditions(template))) return []
  const at = template.split('\n').findIndex((line) => shown.test(line))
  const message =
    at < 0
      ? `the part ${part} must show {{ ${carries} }}: without it the letter is of no use`
      : `{{ ${carries} }} must stand outside of every {% if %}: without it the letter is of no use`
  return [{ line: from + Math.max(at, 0), message }]
}

const conditionTagPattern = /\{%-?\s*(end)?(if|unless|case|comment)\b[^{}%]*%\}/g

/** The text outside of all conditions, which every reader sees. */
function outsideConditions(template: string): string {
  let depth = 0
  let end = 0
  let outside = ''
  for (const found of template.matchAll(conditionTagPattern)) {
    if (depth === 0) outside += template.slice(end, found.index)
    depth += found[1] ? -1 : 1
    end = found.index + found[0].length
  }
  return outside + template.slice(end)
}

function lineOf(error: unknown): number {
  const found = error instanceof Error ? /line:(\d+)/.exec(error.message) : null
  return found?.[1] ? Number(found[1]) : 1
}

function messageWithoutPosition(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/,? line:\d+, col:\d+$/, '')
}

/** The elements that a letter may have; all others are refused, future ones included. */
const allowedTags = new Set(
  'a abbr b blockquote br caption code dd div dl dt em h2 h3 h4 h5 h6 hr i li ol p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
)
const allowedAttributes = new Set(
  'align cellpadding cellspacing class colspan dir href id lang role rowspan scope title valign'.split(' '),
)

const htmlTagPattern = /^<\/?([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:="[^"<>]*")?)*)\s*\/?>/i
const attributePattern = /\s+([a-z][a-z-]*)(?:="([^"]*)")?/gi
/** No user name is allowed before the server's name, because people would take it for the server. */
const hrefPattern = /^(https:\/\/[^"{}/?#@\\\s]+([/?#][^"{}\\]*)?|mailto:[^"{}]*|\{\{\s*(link|hub)\s*\}\})$/i

/** Refuses markup that loads something from elsewhere, runs code, or fills anything but a link into a tag. */
function problemsOfMarkup(html: string, from: number): TemplateProblem[] {
  return html.split('\n').flatMap((line, at) => {
    const message = problemOfLine(line)
    return message === undefined ? [] : [{ line: from + at, message }]
  })
}

function problemOfLine(line: string): string | undefined {
  // A < in a condition does not begin a tag.
  const markup = line.replace(/\{%.*?%\}/g, (condition, at: number) =>
    isWithinTag(line.slice(0, at)) ? condition : '',
  )
  for (const { index } of markup.matchAll(/</g)) {
    const problem = problemOfTag(markup.slice(index))
    if (problem !== undefined) return problem
  }
  return undefined
}

function problemOfTag(text: string): string | undefined {
  const [whole, name = '', inside = ''] = htmlTagPattern.exec(text) ?? []
  if (whole === undefined) return problemOfUnreadable(text)
  if (!allowedTags.has(name.toLowerCase())) return `<${name} is not allowed in a letter`
  for (const [, attribute = '', value = ''] of inside.matchAll(attributePattern)) {
    const lowerCase = attribute.toLowerCase()
    if (!allowedAttributes.has(lowerCase) || (lowerCase === 'href' && name.toLowerCase() !== 'a'))
      return `${attribute}= is not allowed in a letter`
    if (lowerCase === 'href' && !hrefPattern.test(value)) {
      return 'href= must be href="{{ link }}", href="{{ hub }}" or an address that begins with https:// and names no user'
    }
    if (lowerCase !== 'href' && /\{[{%]/.test(value)) return fillsTagMessage(attribute)
  }
  return undefined
}

function problemOfUnreadable(text: string): string {
  const [name = ''] = /^<[!?/]?[a-z-]*/i.exec(text) ?? []
  const end = text.indexOf('>')
  if (end < 0) return 'a tag begins and ends on one line'
  const inside = text.slice(0, end)
  if (/^<[!?]/.test(name)) return `${name} is not allowed in a letter`
  if (/\{[{%]/.test(inside)) return fillsTagMessage(inside)
  return `this tag cannot be read: ${text.slice(0, Math.min(end + 1, 60))} (a value stands in "…"; a < that begins no tag is written &lt;)`
}

function fillsTagMessage(what: string): string {
  return `${what} puts something into a tag; only href="{{ link }}" and href="{{ hub }}" may`
}

function isWithinTag(before: string): boolean {
  return before.lastIndexOf('<') > before.lastIndexOf('>')
}
