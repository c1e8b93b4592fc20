import * as z from 'zod'
import { list, repeated } from '../../cli/options.ts'
import { renderTransfer, transferJson } from '../../render/transfer.ts'
import { count } from '../../render/text.ts'
import { person } from '../../render/users.ts'
import { progressionTestSite } from '../../rules/roles/chosen.ts'
import { type Transferred, transferProgressionTests } from '../../rules/users/transfer.ts'
import { mutation } from '../../cli/mutation.ts'
import { mutationCommand, example } from '../../cli/command.ts'
import { agreedOnTransfer } from './questions.ts'

const Options = z.object({
  from: z.string(),
  to: z.string(),
  site: list.transform((names) => names.map(progressionTestSite)),
})

export const transfer = () =>
  mutationCommand('transfer')
    .summary('move Progression Test data from one teacher to another')
    .description(
      'Move all learner groups, tests and results from one teacher to another at the same centre, on every site or on one.',
    )
    .argument('<from>', 'the address of the teacher who holds them')
    .requiredOption('--to <email>', 'the colleague who takes over')
    .option('--site <site>', 'only this site: cambridge-primary or cambridge-lower-secondary', repeated)
    .addHelpText(
      'after',
      example('ssh-admin users transfer amira@school.example --to omar@school.example --yes'),
    )
    .action(
      mutation({
        options: Options,
        act:
          ({ from, to, site }, ctx) =>
          (trx) =>
            transferProgressionTests(trx, { from, to, sites: site.length > 0 ? site : undefined, ctx }),
        confirm: { question: transferQuestion, agreedOn: agreedOnTransfer },
        render: renderTransfer,
        json: (transferred, mail) => ({ ...transferJson(transferred), mail }),
      }),
    )

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
