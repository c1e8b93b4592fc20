import { readSharedPlace, type SharedPlace } from '../../shared-place.ts'

/** Where a shared store is: what its address leaves out is taken from PostgreSQL's own variables, as its programs do. */
export function placeOf(address: string): SharedPlace {
  return readSharedPlace(address, process.env)
}
