import { pathInWords } from '../shell-word.ts'
import { tsvLine } from './clean-text.ts'
import type { View } from './table.ts'

export interface WhoActs {
  /** Null for Cambridge staff. */
  actor: string | null
  centre: string | null
  hubRole: string | null
  roles: readonly string[]
  operator: string
  store: string
  rights: readonly { actor: string; may: string }[]
  /** The centres that may be seen; null: all. */
  centres: readonly string[] | null
}

/** For whom a command acts, in sentences at a terminal and as name and value in a pipe. */
export function renderWhoami(answer: WhoActs, { isTerminal, chalk }: View): string {
  const { actor, centre, roles, operator, store, rights, centres } = answer
  if (!isTerminal) {
    return [
      ['actor', actor ?? 'staff'],
      ['centre', centre],
      ['roles', roles.join(',')],
      ['operator', operator],
      ['store', store],
      ['may-see', centres === null ? 'all' : centres.join(',')],
      ...rights.map((right) => ['may', right.actor, right.may]),
    ]
      .map(tsvLine)
      .join('\n')
  }
  const who = actor === null ? 'Cambridge staff' : `${actor}, ${roles.join(', ') || 'no role'} at ${centre}`
  const seen = centres === null ? 'every centre' : centres.length === 0 ? 'no centre' : centres.join(', ')
  return [
    `Acting for ${chalk.bold(who)}.`,
    ...rights.map(({ may }) => `May: ${may}.`),
    `Sees ${seen}.`,
    chalk.dim(`Recorded as done by ${operator}, in ${pathInWords(store)}.`),
  ].join('\n')
}
