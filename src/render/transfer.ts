import type { Transferred } from '../rules/users/transfer.ts'
import type { View } from './table.ts'
import { tsvLine } from './clean-text.ts'
import { count } from './text.ts'
import { person } from './users.ts'
import type { JsonOfChange } from './json.ts'

/** The answer of `users transfer`. */
export function transferJson({ from, to, sites }: Transferred): Omit<JsonOfChange<'transfer'>, 'mail'> {
  return { from: from.email, to: to.email, sites, changed: sites.length > 0 }
}

/** What moved, site by site. */
export function renderTransfer({ from, to, sites }: Transferred, view: View): string {
  if (!view.isTerminal) {
    return sites
      .map(({ site, learnerGroups, tests, results }) =>
        tsvLine([from.email, to.email, site, learnerGroups, tests, results]),
      )
      .join('\n')
  }
  if (sites.length === 0) return `${view.chalk.dim('·')} ${person(from)} holds nothing to transfer.`
  return sites
    .map(
      ({ site, learnerGroups, tests, results }) =>
        `${view.chalk.green('✓')} ${person(to)} took over on ${site}: ${count(learnerGroups, 'learner group')}, ${count(tests, 'test')}, ${count(results, 'result')}.`,
    )
    .join('\n')
}
