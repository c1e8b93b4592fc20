// Reads the typed values of a release: its audience, and when it opens and closes.
import { countryCode } from '../../countries.ts'
import { Usage } from '../../errors.ts'
import { readCentreNumber } from '../centres/find.ts'
import { parseCountry } from '../centres/options.ts'
import { isPlausibleDate, readLocalTime, readUnambiguousDate } from '../dates-and-times.ts'
import { type AudiencePart, centreKindsByAudience, invalidAudience } from './audience.ts'
import { readMoment, type ReleaseMoment } from './moment.ts'

/** `all`, `schools`, `country:EG`, `zone:4`, `entries`, or centre numbers. @throws `invalid-audience` */
export function parseAudience(text: string): AudiencePart {
  const word = text.trim()
  const name = word.toLowerCase()
  if (name === 'all') return { kind: 'all', value: '' }
  if (name === 'entries') return { kind: 'entries', value: '' }
  const kind = centreKindsByAudience[name]
  if (kind) return { kind: 'kind', value: kind }
  const [, of, value = ''] = /^(country|zone):(.*)$/i.exec(word) ?? []
  if (of?.toLowerCase() === 'country') return { kind: 'country', value: parseCountry(value) }
  if (of?.toLowerCase() === 'zone' && /^[1-6]$/.test(value.trim()))
    return { kind: 'zone', value: value.trim() }
  const number = of === undefined ? readCentreNumber(word) : undefined
  if (number !== undefined) return { kind: 'centre', value: number }
  const country = countryCode(word)
  throw invalidAudience(
    text,
    country === undefined
      ? 'all, schools, associates, associate-centres, country:EG, zone:4, entries, or centre numbers.'
      : `country:${country}`,
  )
}

/** A moment as typed; `now` is resolved later, from the time of the store. */
export type TypedMoment = ReleaseMoment | 'now'

export function resolveTypedMoment(typed: TypedMoment, now: Date): ReleaseMoment {
  return typed === 'now' ? { kind: 'absolute', at: now } : typed
}

/** `2026-06-02T08:00Z`, `now`, `key-time AM 2026-06-02 - 2h`. @throws `invalid-moment` */
export function parseMoment(text: string): TypedMoment {
  const words = text
    .trim()
    // Dashes and the minus sign, which word processors put in place of a hyphen.
    .replace(/\s*[\u2012-\u2015\u2212]\s*(?=\d+\s*[hm])/i, ' - ')
    // The form in which moments are shown: `2026-06-02 08:00 UTC`.
    .replace(/^(\d{4}-\d{2}-\d{2}) +(?=\d{2}:\d{2})/, '$1T')
    .replace(/(?<=T\d{2}:\d{2}(?::\d{2})?) *UTC$/i, 'Z')
  if (words.toLowerCase() === 'now') return 'now'
  const read = acceptedMoment(words)
  if (read) return read
  throw new Usage(`'${text}' is not a moment.`, {
    code: 'invalid-moment',
    hint: momentHint(words),
  })
}

/** Years that are surely typing mistakes are refused here, not in readMoment, because an older store may hold any. */
function acceptedMoment(words: string): ReleaseMoment | undefined {
  const read = readMoment(words)
  if (read?.kind === 'key-time' && !(isPlausibleDate(read.date) && read.date < '9999')) return undefined
  return read
}

/** Suggests the correct form of what was probably meant; it is never accepted without being typed. */
function momentHint(words: string): string {
  const [, session = '', rest = ''] = /^(?:key[\s-]*time\s+)?(AM|PM|EV)\s+(.*)$/i.exec(words) ?? []
  const [named = '', ...more] = rest.split(/\s+/)
  const relative = ['key-time', session.toUpperCase(), readUnambiguousDate(named) ?? named, ...more].join(' ')
  if (acceptedMoment(relative)) return `Write '${relative}', if that is meant.`
  const [, day = '', time = '', zone = ''] =
    /^([\d/.-]+)[T ]+(.+?)\s*(Z|[+-]\d{2}:\d{2})?$/i.exec(words) ?? []
  const absolute = `${readUnambiguousDate(day) ?? day}T${readLocalTime(time) ?? time}${zone === '' ? 'Z' : zone}`
  if (readMoment(absolute))
    return zone === ''
      ? `Say how far it is from UTC: ${absolute} is UTC.`
      : `Write ${absolute}, if that is meant.`
  return "Write 2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h'."
}
