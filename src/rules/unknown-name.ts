import { Usage } from '../errors.ts'
import { nearestOf } from '../nearest.ts'

/** A role, site, status or field that does not exist, with the nearest that do. */
export function unknownName({
  kind,
  name,
  known,
}: {
  kind: string
  name: string
  known: readonly string[]
}): Usage {
  const candidates = nearestOf(name, known)
  return new Usage(`There is no ${kind} ${name}.`, {
    code: `unknown-${kind}`,
    hint:
      candidates.length > 0 ? `Did you mean ${candidates.join(', or ')}?` : `One of: ${known.join(', ')}.`,
    details: { candidates },
  })
}
