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
  const candidates = similarNames(name, known)
  return new Usage(`There is no ${kind} '${name}'.`, {
    code: `unknown-${kind}`,
    hint: hintOfNearest(candidates) ?? `One of: ${known.join(', ')}.`,
    details: { wanted: name, candidates },
  })
}

/** The names that are spelt like it, or else the one of which it is a word: `primary` is cambridge-primary, and nothing else. */
export function similarNames(name: string, known: readonly string[]): readonly string[] {
  const near = nearestOf(name, known)
  const parts = near.length > 0 || name.length < 4 ? [] : known.filter((one) => isPart(name, one))
  return near.length > 0 ? near : parts.length === 1 ? parts : []
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
