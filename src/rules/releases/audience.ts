import { countryName } from '../../country-names.ts'
import type { AudienceKind, CentreKind } from '../../db/schema.ts'
import { Usage } from '../../errors.ts'

/** One part of an audience. An audience is the union of its parts. */
export interface AudiencePart {
  kind: AudienceKind
  value: string
}

/** The audience words that stand for all centres of one kind, such as `schools`. */
export const centreKindsByAudience: Readonly<Record<string, CentreKind>> = {
  schools: 'school',
  associates: 'associate',
  'associate-centres': 'associate-centre',
}

/** The error for a text that names no possible audience. */
export function invalidAudience(text: string, hint: string): Usage {
  return new Usage(`'${text}' does not say for whom a release is.`, { code: 'invalid-audience', hint })
}

/** The text of an audience part as people type it; `parseAudience` reads it back. */
export function audienceText({ kind, value }: AudiencePart): string {
  if (kind === 'all' || kind === 'entries') return kind
  if (kind === 'kind')
    return Object.entries(centreKindsByAudience).find(([, one]) => one === value)?.[0] ?? value
  return kind === 'centre' ? value : `${kind}:${value}`
}

/** The audience as words for a sentence: `all centres`, `centres in Egypt`. */
export function audienceInWords(parts: readonly AudiencePart[]): string {
  const words = parts
    .filter(({ kind }) => kind !== 'centre')
    .map((part) => {
      if (part.kind === 'all') return 'all centres'
      if (part.kind === 'entries') return 'centres with an entry'
      if (part.kind === 'country') return `centres in ${countryName(part.value)}`
      if (part.kind === 'zone') return `centres in administrative zone ${part.value}`
      return audienceText(part).replace('-', ' ')
    })
  const named = parts.filter(({ kind }) => kind === 'centre').map(({ value }) => value)
  const shown = named.slice(0, 5).join(', ')
  const all = [
    ...words,
    ...(named.length > 5 ? [`${shown} and ${named.length - 5} more`] : named.slice(0, 5)),
  ]
  return all.length === 0 ? 'nobody' : all.join(', ')
}
