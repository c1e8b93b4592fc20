import type { CentreWithPeople } from '../../db/centres/centres.ts'
import type { Target } from '../permissions/decide.ts'

/** What a permission is asked for: this centre, or somebody new there. */
export function onCentre(centre: CentreWithPeople, name: string = centre.number): Target {
  const { id, number, kind, associate_id: associateId } = centre
  return { name, centre: { id, number, kind, associateId } }
}
