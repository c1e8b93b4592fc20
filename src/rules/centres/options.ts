import { closestCountries, countryCode } from '../../countries.ts'
import type { CentreKind } from '../../db/schema.ts'
import { hintOfNearest, Usage } from '../../errors.ts'
import { parseCentreNumber } from './find.ts'
import { centreNameFault, tidyName } from '../names.ts'
import { nameReader } from '../unknown-name.ts'

/** The facts that a centre is to have; absent ones stay as they are. */
export interface CentreOptions {
  name?: string | undefined
  kind?: CentreKind | undefined
  /** The number of its Associate. */
  associate?: string | undefined
  address?: string | undefined
  town?: string | undefined
  postcode?: string | undefined
  /** ISO 3166 alpha-2. */
  country?: string | undefined
  britishCouncil?: boolean | undefined
  globalListening?: boolean | undefined
  /** An IANA time zone, or `none`. */
  timeZone?: string | undefined
}

/** The facts of a new centre, which needs at least a name and a country. */
export interface NewCentreOptions extends CentreOptions {
  name: string
  country: string
}

type Typed = Omit<CentreOptions, 'kind'> & { kind?: string | undefined }

export const centreKinds = ['school', 'associate', 'associate-centre'] as const

/** Reads typed options. @throws Usage for an unknown country or kind, an invalid number, or a contradiction */
export function parseCentreOptions<Options extends Typed>(
  typed: Options,
): Options & { kind: CentreKind | undefined } {
  for (const [field, value] of Object.entries(typed)) {
    if (typeof value === 'string' && value.length > maxLength) throw tooLong(field)
  }
  const fault = typed.name === undefined ? undefined : centreNameFault(typed.name)
  if (fault) throw new Usage(`The name ${fault.message}.`, fault)
  const name = typed.name === undefined ? undefined : tidyName(typed.name).name
  if (name === '')
    throw new Usage('A centre has a name.', { code: 'name-missing', optionToAdd: ['--name', 'NAME'] })
  const kind = typed.kind === undefined ? undefined : parseCentreKind(typed.kind)
  const associate = typed.associate === undefined ? undefined : parseCentreNumber(typed.associate)
  if (associate !== undefined && kind !== undefined && kind !== 'associate-centre') {
    throw new Usage(`Only an associate centre has an Associate, and the kind is ${kind}.`, {
      code: 'kind-differs',
      hint: 'Leave out --associate, or say --kind associate-centre.',
    })
  }
  const country = typed.country === undefined ? undefined : parseCountry(typed.country)
  return { ...typed, ...(name === undefined ? {} : { name }), kind, associate, country }
}

/** The ISO code of a country's English name or code. @throws `unknown-country`, with the nearest */
export function parseCountry(text: string): string {
  const code = countryCode(text)
  if (code !== undefined) return code
  const candidates = closestCountries(text)
  throw new Usage(`There is no country '${text}'.`, {
    code: 'unknown-country',
    hint: hintOfNearest(candidates) ?? 'The English name or the ISO code, such as Egypt or EG.',
    details: { wanted: text, candidates },
  })
}

/** @throws `unknown-kind` */
export const parseCentreKind = nameReader('kind', centreKinds)

export function missingAssociate(): Usage {
  return new Usage('An associate centre belongs to an Associate: say which.', {
    code: 'missing-associate',
    hint: 'ssh-admin associates list names them.',
    optionToAdd: ['--associate', 'CENTRE'],
  })
}

const maxLength = 250

function tooLong(field: string): Usage {
  return new Usage(`--${field} is longer than ${maxLength} characters.`, { code: 'too-long' })
}
