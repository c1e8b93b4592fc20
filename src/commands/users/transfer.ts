import { commaList } from '../../cli/options.ts'
import { renderTransfer, transferJson } from '../../render/transfer.ts'
import { count } from '../../render/text.ts'
import { person } from '../../render/users.ts'
import { progressionTestSite } from '../../rules/roles/chosen.ts'
import { type Transferred, transferProgressionTests } from '../../rules/users/transfer.ts'
import { mutation } from '../../cli/define.ts'
import { argument, orName, repeated, requiredOption } from '../../cli/parameters.ts'
import { comparableTransfer } from './questions.ts'

export const transfer = () =>
  mutation({
    name: 'transfer',
    summary: 'move Progression Test data from one teacher to another',
    description:
      'Move all learner groups, tests and results from one teacher to another at the same centre, on every site or on one.',
    args: { from: orName('user', argument('the address or name of the teacher who holds them')) },
    options: {
      to: orName('user', requiredOption('<email>', 'the colleague who takes over')),
      site: repeated(
        '<site>',
        'only this site: cambridge-primary or cambridge-lower-secondary',
        commaList.transform((names) => names.map(progressionTestSite)),
      ),
    },
    examples: ['ssh-admin users transfer amira@school.example --to omar@school.example --yes'],
    act: (trx, ctx, { from, to, site }) =>
      transferProgressionTests(trx, { from, to, sites: site.length > 0 ? site : undefined, ctx }),
    confirm: { question: transferQuestion, comparable: comparableTransfer },
    render: renderTransfer,
    json: (transferred, mail) => ({ ...transferJson(transferred), mail }),
  })

function transferQuestion({ from, to, sites }: Transferred): string | undefined {
  if (sites.length === 0) return undefined
  const what = sites
    .map(
      ({ site, learnerGroups, results }) =>
        `${count(learnerGroups, 'learner group')} with ${count(results, 'result')} on ${site}`,
    )
    .join(', and ')
  return `Transfer ${what} from ${person(from)} to ${person(to)}? Everything moves together; nothing is merged.`
}
