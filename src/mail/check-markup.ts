import type { TemplateProblem } from './template-source.ts'

/** What a letter is made of; whatever else there is, or will be, is not. */
const tags = new Set(
  'a abbr b blockquote br caption code dd div dl dt em h2 h3 h4 h5 h6 hr i li ol p pre q s small span strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
)
const attributes = new Set(
  'align cellpadding cellspacing class colspan dir href id lang role rowspan scope title valign'.split(' '),
)

const tag = /^<\/?([a-z][a-z0-9]*)((?:\s+[a-z][a-z-]*(?:="[^"<>]*")?)*)\s*\/?>/i
const attribute = /\s+([a-z][a-z-]*)(?:="([^"]*)")?/gi
/** No user stands before the server's name, which would be read as the server. */
const href = /^(https:\/\/[^"{}/?#@\\\s]+([/?#][^"{}\\]*)?|mailto:[^"{}]*|\{\{\s*(link|hub)\s*\}\})$/i

/** Nothing is loaded from elsewhere, nothing runs, and nothing but a link is filled into a tag. */
export function problemsOfMarkup(html: string, from: number): TemplateProblem[] {
  return html.split('\n').flatMap((line, at) => {
    const message = problemOfLine(line)
    return message === undefined ? [] : [{ line: from + at, message }]
  })
}

function problemOfLine(line: string): string | undefined {
  // A < in a condition is none of the page's.
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
  const [whole, name = '', inside = ''] = tag.exec(text) ?? []
  if (whole === undefined) return problemOfUnreadable(text)
  if (!tags.has(name.toLowerCase())) return `<${name} is not allowed in a letter`
  for (const [, called = '', value = ''] of inside.matchAll(attribute)) {
    const known = called.toLowerCase()
    if (!attributes.has(known) || (known === 'href' && name.toLowerCase() !== 'a'))
      return `${called}= is not allowed in a letter`
    if (known === 'href' && !href.test(value)) {
      return 'href= must be href="{{ link }}", href="{{ hub }}" or an address that begins with https:// and names no user'
    }
    if (known !== 'href' && /\{[{%]/.test(value)) return intoTag(called)
  }
  return undefined
}

function problemOfUnreadable(text: string): string {
  const [name = ''] = /^<[!?/]?[a-z-]*/i.exec(text) ?? []
  const end = text.indexOf('>')
  if (end < 0) return 'a tag begins and ends on one line'
  const inside = text.slice(0, end)
  if (/^<[!?]/.test(name)) return `${name} is not allowed in a letter`
  if (/\{[{%]/.test(inside)) return intoTag(inside)
  return `this tag cannot be read: ${text.slice(0, Math.min(end + 1, 60))} (a value stands in "…"; a < that begins no tag is written &lt;)`
}

function intoTag(what: string): string {
  return `${what} puts something into a tag; only href="{{ link }}" and href="{{ hub }}" may`
}

function isWithinTag(before: string): boolean {
  return before.lastIndexOf('<') > before.lastIndexOf('>')
}
