import { resolve } from 'node:path'
import { Usage } from '../errors.ts'
import type { Session } from './session.ts'

/** What one file says, another would overwrite. @param places by the options that name them */
export function refusePlaceTwice(
  { context }: Session,
  places: Readonly<Record<string, string | undefined>>,
): void {
  const taken = new Map<string, string>()
  for (const [flag, place] of Object.entries(places)) {
    if (place === undefined) continue
    const path = resolve(context.cwd, place)
    const other = taken.get(path)
    if (other !== undefined) {
      throw new Usage(`${flag} ${place} is what ${other} names.`, {
        code: 'file-named-twice',
        hint: 'Choose another name.',
      })
    }
    taken.set(path, flag)
  }
}
