import * as z from 'zod'
import { commaList } from '../../cli/typed-values.ts'
import { option, orName, repeated, withValues } from '../../cli/parameters.ts'
import { type TypedMoment, typedMoment } from '../../rules/releases/moment.ts'
import { titleTyped } from '../resources/upload.ts'

/** What `create` and `edit` can say of a release. */
export const releaseOptions = {
  resource: withValues(
    { stored: 'resource' },
    repeated('<ids>', 'the numbers of its resources, which resources list shows'),
  ),
  opens: withValues(
    ['now', 'key-time'],
    option(
      '<moment>',
      "2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h': so long before the Key Time of each centre",
    ),
  ),
  closes: withValues(
    ['none', 'key-time'],
    option('<moment>', 'the same; with none, or without it, it never closes'),
  ),
  for: orName(
    'audience',
    withValues(
      ['all', 'schools', 'associates', 'associate-centres', 'country:', 'zone:', 'entries'],
      repeated(
        '<audience>',
        'all, schools, associates, associate-centres, country:EG, zone:4, entries, or numbers or names of centres; who is in one of them is meant',
        commaList,
      ),
    ),
  ),
}

export const nameTyped = titleTyped

/** Of `--closes`: null is never. */
export function closesTyped(text: string): TypedMoment | null {
  return text.trim().toLowerCase() === 'none' ? null : typedMoment(text)
}

/** Of what is edited: the same, or nothing said. */
export const nameOption = option('<name>', 'another name', z.optional(titleTyped))
