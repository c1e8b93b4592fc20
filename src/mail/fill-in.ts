import type { Liquid, Template } from 'liquidjs'

/** The values of a letter's variables, by name. */
export type Values = Readonly<Record<string, string>>

export interface Language {
  fillIn: (template: string, values: Values) => string
  /** The variables that a template names, each with its line. */
  variablesOf: (template: string) => { name: string; line: number }[]
}

const tags = ['if', 'unless', 'case', 'comment']
const filters = ['upcase', 'downcase', 'capitalize', 'strip', 'default']

/**
 * The language of the templates, for text or for HTML: variables, conditions and a few filters. The language reads no
 * file and runs no loop and no code, and everything that it puts into HTML is escaped.
 */
export async function templateLanguage(kind: 'text' | 'html'): Promise<Language> {
  const { Liquid } = await import('liquidjs')
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    lenientIf: false,
    templates: {},
    parseLimit: 200_000,
    memoryLimit: 1_000_000,
    renderLimit: 1000,
    ...(kind === 'html' ? { outputEscape: 'escape' as const } : {}),
  })
  restrictLanguage(engine, { tags, filters: kind === 'html' ? [...filters, 'escape'] : filters })
  const parsed = new Map<string, Template[]>()
  const parse = (template: string) => {
    const known = parsed.get(template) ?? engine.parse(template)
    parsed.set(template, known)
    return known
  }
  return {
    fillIn: (template, values) => String(engine.renderSync(parse(template), values)),
    variablesOf: (template) => {
      const { globals } = engine.analyzeSync(parse(template), { partials: false })
      return Object.values(globals).flatMap((uses) =>
        uses.map((use) => ({ name: use.toString(), line: use.location.row })),
      )
    },
  }
}

function restrictLanguage(
  engine: Liquid,
  allowed: { tags: readonly string[]; filters: readonly string[] },
): void {
  for (const name of Object.keys(engine.tags)) if (!allowed.tags.includes(name)) delete engine.tags[name]
  for (const name of Object.keys(engine.filters))
    if (!allowed.filters.includes(name)) delete engine.filters[name]
}

/**
 * Fills in a letter as it is shipped, which has only variables, and conditions that a variable is not empty: loading
 * the template language would take longer than writing the letter.
 * @returns undefined where the template has more than that
 */
export function fillInShipped(
  template: string,
  { values, kind }: { values: Values; kind: 'text' | 'html' },
): string | undefined {
  const chosen = template.replace(
    /\{% if (\w+) != "" %\}([^{]*(?:\{\{[^{]*)*)\{% endif %\}/g,
    (_, name: string, content: string) => (variable(values, name) === '' ? '' : content),
  )
  const names = /\{\{ (\w+) \}\}/g
  if (/[{}]/.test(chosen.replace(names, ''))) return undefined
  return chosen.replace(names, (_, name: string) => {
    const value = variable(values, name)
    return kind === 'html' ? value.replace(/[&<>"']/g, (sign) => htmlEscapes[sign] ?? sign) : value
  })
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function variable(values: Values, name: string): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) throw new Error(`undefined variable: ${name}`)
  return value
}
