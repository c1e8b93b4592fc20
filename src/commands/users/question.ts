import { person } from '../../render/users.ts'
import type { ChangedUser } from '../../rules/changed-user.ts'

interface Wording {
  /** 'Suspend', before the name. */
  verb: string
  /** What will happen, in whole sentences. */
  effect: string
}

/** Names who it is about and says what will happen; nothing to do, nothing asked. */
export function questionAbout(
  changed: readonly ChangedUser[],
  { verb, effect }: Wording,
): string | undefined {
  const touched = changed.filter(({ outcome }) => outcome !== 'unchanged')
  const [first] = touched
  if (!first) return undefined
  if (touched.length === 1) return `${verb} ${person(first.account)}? ${effect}`
  const names = touched.slice(0, most).map(({ account }) => `  ${person(account)}`)
  const more = touched.length > most ? [`  … and ${touched.length - most} more`] : []
  return [`${verb} these ${touched.length} people? ${effect}`, ...names, ...more, ' '].join('\n')
}

const most = 20
