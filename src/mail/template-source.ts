import type { LetterName } from '../rules/mail/letters.ts'
import { variablesFor } from './values.ts'

/** A letter's three parts. */
export interface Template {
  subject: string
  text: string
  html: string
}

const sections = ['subject', 'text', 'html'] as const
type Section = (typeof sections)[number]

export interface TemplateProblem {
  /** In the file, from 1. */
  line: number
  message: string
}

/** A template as one file to edit: its parts under their headings. */
export function sourceOf({ subject, text, html }: Template, letter: LetterName): string {
  const variables = variablesFor(letter).map((name) => `{{ ${name} }}`)
  return `=== subject: one line, the same for everyone
${subject.trim()}

=== text: what it may say: ${variables.join(' ')}
${text.trim()}

=== html: the same variables; the frame round it stays
${html.trim()}
`
}

/** The parts of an edited file, each with the line it begins on, or what is missing. */
export function readSource(
  source: string,
): { parts: Template; lines: Record<Section, number> } | { problems: TemplateProblem[] } {
  const parts: Template = { subject: '', text: '', html: '' }
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
