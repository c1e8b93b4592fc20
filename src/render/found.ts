import type { NamedCentre } from '../db/centres/by-name.ts'
import type { NamedUser } from '../db/users/by-name.ts'
import { field } from './fields.ts'
import type { JsonItem } from './json.ts'

export type FoundRow = JsonItem<'found'>

/** What is said of whatever was found. */
export const foundFields = {
  kind: field<FoundRow>('Kind', ({ kind }) => kind),
  id: field<FoundRow>('Number or e-mail', ({ id }) => id),
  name: field<FoundRow>('Name', ({ name }) => name),
  centre: field<FoundRow>('Centre', ({ centre }) => centre),
  status: field<FoundRow>('Status', ({ status }) => status),
}

export function foundOfCentre({ number, name, status }: NamedCentre): FoundRow {
  return { kind: 'centre', id: number, name, centre: null, status }
}

export function foundOfUser({ email, firstName, lastName, centre, status }: NamedUser): FoundRow {
  return { kind: 'user', id: email, name: `${firstName} ${lastName}`.trim(), centre, status }
}
