import type { EntryRow } from '../db/entries.ts'
import { field } from './fields.ts'
import type { JsonItem } from './json.ts'

/** What a list says of an entry. */
export const entryFields = {
  centre: field<EntryRow>('Centre', ({ centre_number }) => centre_number),
  name: field<EntryRow>('Name', ({ centre_name }) => centre_name),
  series: field<EntryRow>('Series', ({ series }) => series),
  component: field<EntryRow>('Component', ({ component }) => component),
  candidates: field<EntryRow>('Candidates', ({ candidates }) => candidates),
}

export function entryJson(entry: EntryRow): JsonItem<'entryList'> {
  const { centre_number, centre_name, series, component, candidates } = entry
  return { centre: { number: centre_number, name: centre_name }, series, component, candidates }
}
