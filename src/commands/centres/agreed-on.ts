import type { ChangedCentre } from '../../rules/centres/changed.ts'

/** What of changed centres is agreed to: which they are, what is changed of them, and how many people are there. */
export function agreedOnCentres(changed: readonly ChangedCentre[]): unknown {
  return changed.map(({ centre, outcome, fields, namesakes }) => [
    [centre.id, centre.number, centre.name, centre.kind, centre.status, centre.user_count],
    outcome,
    fields,
    namesakes,
  ])
}
