import { nearestOf } from '../nearest.ts'
import { type LetterName, letters } from '../rules/mail/letters.ts'
import { type Language, templateLanguage } from './fill-in.ts'
import { problemsOfMarkup } from './check-markup.ts'
import { sampleOf, variablesFor } from './values.ts'
import { readSource, type Template, type TemplateProblem } from './template-source.ts'

/** Checks an edited template before it is saved. @returns it, or what is wrong with it, line by line */
export async function checkTemplate(
  source: string,
  letter: LetterName,
): Promise<Template | { problems: TemplateProblem[] }> {
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

interface Checking {
  language: Language
  letter: LetterName
  /** The line of the file it begins on. */
  from: number
  part: 'text' | 'html'
}

function problemsOfPart(template: string, { language, letter, from, part }: Checking): TemplateProblem[] {
  const known = variablesFor(letter)
  const loose = looseEnds(template, from)
  if (loose.length > 0) return loose
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
    return [{ line: from + lineOf(error) - 1, message: wordsOf(error) }]
  }
}

const whole =
  /\{\{\s*[A-Za-z]\w*(?:\s*\|\s*[a-z]+(?::\s*(?:"[^"{}]*"|'[^'{}]*'))?)*\s*\}\}|\{%-?\s*[a-z]+[^{}%]*%\}/g

/** The language itself is lenient: half a `{{ name` would swallow what follows. */
function looseEnds(template: string, from: number): TemplateProblem[] {
  return template.split('\n').flatMap((line, at) => {
    const left = /\{\{|\}\}|\{%|%\}/.exec(line.replace(whole, ''))
    return left ? [{ line: from + at, message: `this cannot be read: ${line.trim().slice(0, 60)}` }] : []
  })
}

function unknownVariable(name: string, known: readonly string[]): string {
  const [near] = nearestOf(name, known)
  return `this letter has no {{ ${name} }}${near ? ` (did you mean {{ ${near} }}?)` : ''}`
}

/** Whoever reads it must get what the letter carries, whatever the conditions in it come to. */
function missingSecret(template: string, { language, letter, from, part }: Checking): TemplateProblem[] {
  const { carries } = letters[letter]
  const isShown = (['with', 'without'] as const).every((centre) => {
    const values = sampleOf(letter, centre)
    return language.fillIn(template, values).includes(carries ? (values[carries] ?? '') : '')
  })
  if (!carries) return []
  const shown = new RegExp(`\\{\\{\\s*${carries}\\s*\\}\\}`)
  if (isShown && shown.test(outsideConditions(template))) return []
  const at = template.split('\n').findIndex((line) => shown.test(line))
  const message =
    at < 0
      ? `the part ${part} must show {{ ${carries} }}: without it the letter is of no use`
      : `{{ ${carries} }} must stand outside of every {% if %}: without it the letter is of no use`
  return [{ line: from + Math.max(at, 0), message }]
}

const tag = /\{%-?\s*(end)?(if|unless|case|comment)\b[^{}%]*%\}/g

/** What everybody is shown. */
function outsideConditions(template: string): string {
  let depth = 0
  let end = 0
  let outside = ''
  for (const found of template.matchAll(tag)) {
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

function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/,? line:\d+, col:\d+$/, '')
}
