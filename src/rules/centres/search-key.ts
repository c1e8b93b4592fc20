import { fold } from '../search-key.ts'

/** What searching for a centre looks through. */
export function foldedCentre({ number, name }: { number: string; name: string }): string {
  return fold(`${number} ${name}`)
}
