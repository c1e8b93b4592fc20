import { hintOfNearest, Usage } from '../errors.ts'
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
  const near = nearestOf(name, known)
  // `primary` is cambridge-primary, and nothing else.
  const parts = near.length > 0 || name.length < 4 ? [] : known.filter((one) => isPart(name, one))
  const candidates = near.length > 0 ? near : parts.length === 1 ? parts : []
  return new Usage(`There is no ${kind} '${name}'.`, {
    code: `unknown-${kind}`,
    hint: hintOfNearest(candidates) ?? `One of: ${known.join(', ')}.`,
    details: { candidates },
  })
}

function isPart(name: string, whole: string): boolean {
  const words = name.trim().toLowerCase().replace(/\s+/g, '-')
  return `-${whole}-`.includes(`-${words}-`)
}
