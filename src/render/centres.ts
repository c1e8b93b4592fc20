import type { CentreWithPeople } from '../db/centres/centres.ts'
import { countryName } from '../countries.ts'
import type { ChangedCentre } from '../rules/centres/changed.ts'
import type { View } from '../cli/terminal.ts'
import { centreJson } from './centre.ts'
import { oneLine, record } from './clean-text.ts'
import { table } from './table.ts'
import { count } from './text.ts'

export interface CentreList {
  centres: readonly CentreWithPeople[]
  total: number
}

export function centreListJson({ centres, total }: CentreList) {
  return { centres: centres.map(centreJson), total }
}

/** A table for a person; for a pipe one record a centre, with its kind, Associate and times. */
export function renderCentreList({ centres, total }: CentreList, view: View): string {
  if (!view.isTerminal) return centres.map(centreRecord).join('\n')
  if (centres.length === 0) return 'No centre fits.'
  const { chalk } = view
  const headings = ['Number', 'Name', 'Country', 'Status', 'Users', 'Coordinator']
  const pages: string[] = []
  for (let at = 0; at < centres.length; at += rowsInTable) {
    pages.push(table(headings, centres.slice(at, at + rowsInTable).map(rowOf), view))
  }
  const shown =
    centres.length < total
      ? `${centres.length.toLocaleString('en-GB')} of ${count(total, 'centre')}; a larger --limit shows more.`
      : `${count(total, 'centre')}.`
  return [...pages, chalk.dim(shown)].join('\n')
}

// Drawing a table takes time with the square of its length.
const rowsInTable = 500

function rowOf(centre: CentreWithPeople): (string | number | null)[] {
  const { number, name, user_count, coordinator_email, coordinator_status } = centre
  const standing = coordinator_status === 'active' ? '' : ` (${coordinator_status})`
  const coordinator = coordinator_email === null ? '' : `${coordinator_email}${standing}`
  return [number, name, countryName(centre.country), centreStatus(centre), user_count, coordinator]
}

function centreRecord(centre: CentreWithPeople): string {
  const { number, name, country, user_count, kind, associate_number, created_at, deleted_at } = centre
  return record([
    number,
    name,
    countryName(country),
    centreStatus(centre),
    user_count,
    centre.coordinator_email,
    kind,
    associate_number,
    created_at,
    deleted_at,
  ])
}

export function centreStatus({ deleted_at, status }: CentreWithPeople): string {
  return deleted_at === null ? status : 'deleted'
}

/** The answer of every command that changes centres. */
export function centresJson(changed: readonly ChangedCentre[]) {
  return {
    centres: changed.map(({ centre, outcome }) => ({
      ...centreJson(centre),
      changed: outcome !== 'unchanged',
      outcome,
    })),
    total: changed.length,
  }
}

/** What became of each centre, one a line. */
export function renderChangedCentres(changed: readonly ChangedCentre[], view: View): string {
  if (view.isTerminal) return changed.map((one) => sentence(one, view)).join('\n')
  return changed
    .map(({ centre, outcome }) => record([centre.number, centre.name, centreStatus(centre), outcome]))
    .join('\n')
}

/** `EG001 El Nour School`. */
export function centreTitle({ number, name }: CentreWithPeople): string {
  return oneLine(`${number} ${name}`)
}

function sentence(changed: ChangedCentre, { chalk }: View): string {
  const mark = changed.outcome === 'unchanged' ? chalk.dim('·') : chalk.green('✓')
  return `${mark} ${centreTitle(changed.centre)} ${happened(changed)}.`
}

function happened({ centre, outcome, fields }: ChangedCentre): string {
  const users = centre.user_count ?? 0
  const theirs = users === 1 ? 'its user' : `its ${users.toLocaleString('en-GB')} users`
  switch (outcome) {
    case 'created':
      return centre.status === 'approved'
        ? `is there, and approved: ssh-admin coordinator add ${centre.number} 'Name <email>' makes it active`
        : 'is there'
    case 'edited':
      return `is edited: ${fields.map(spoken).join(', ')}`
    case 'deleted':
      return users === 0 ? 'is deleted' : `is deleted; ${theirs} cannot sign in until it is restored`
    case 'restored':
      return users === 0 ? 'is back' : `is back, and ${theirs} with the access they had`
    case 'unchanged':
      return `is ${centreStatus(centre)} as it was; nothing to do`
  }
}

/** `britishCouncil` → `British Council`. */
function spoken(field: string): string {
  if (field === 'britishCouncil') return 'British Council'
  if (field === 'globalListening') return 'Global Listening'
  return field === 'associate' ? 'Associate' : field
}
