import { pathInWords } from '../../shell-word.ts'
import { nameHolder, storeMissing } from '../store/opening.ts'
import type { StoreProbe } from '../store/probe.ts'
import { inWords } from './errors.ts'
import { isThere, refuseForeignFile } from './open.ts'
import { holderOf } from './wait.ts'

/** @throws `store-missing`, `store-foreign`, `store-locked`, `store-unavailable` */
export function probeFile(path: string): Pick<StoreProbe, 'state' | 'heldBy'> {
  if (!isThere(path)) throw storeMissing(pathInWords(path))
  try {
    refuseForeignFile(path)
  } catch (error) {
    throw inWords(error) ?? error
  }
  const holder = holderOf(path)
  return { state: 'there', heldBy: holder ? nameHolder(holder) : null }
}
