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

/** Reads the name of one of these, in whatever case and with blanks or strokes. @returns what reads it, or throws `unknown-…` */
export function knownName<Known extends string>(
  kind: string,
  known: readonly Known[],
): (name: string) => Known {
  return (name) => {
    const plain = name
      .trim()
      .toLowerCase()
      .replace(/[\s_]+/g, '-')
    const found = known.find((one) => one === plain)
    if (found !== undefined) return found
    throw unknownName({ kind, name, known })
  }
}

function isPart(name: string, whole: string): boolean {
  const words = name.trim().toLowerCase().replace(/\s+/g, '-')
  return `-${whole}-`.includes(`-${words}-`)
}
