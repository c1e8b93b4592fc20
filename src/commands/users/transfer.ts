import { commaList } from '../../cli/options.ts'
import { renderTransfer, transferJson } from '../../render/transfer.ts'
import { count } from '../../render/text.ts'
import { person } from '../../render/users.ts'
import { progressionTestSite } from '../../rules/roles/chosen.ts'
import { type Transferred, transferProgressionTests } from '../../rules/users/transfer.ts'
import { preparedMutation } from '../../cli/define.ts'
import { requireTerminal } from '../../cli/prompt.ts'
import { findUser } from '../../rules/users/find.ts'
import { argument, orName, repeated, option, withValues } from '../../cli/parameters.ts'
import { comparableTransfer } from './questions.ts'
import { sites } from '../../rules/roles/catalogue.ts'

interface Request {
  from: string
  /** Absent: to be chosen. */
  to: string | undefined
  site: readonly string[]
}

export const transfer = () =>
  preparedMutation({
    name: 'transfer',
    summary: 'move Progression Test data from one teacher to another',
    description:
      'Move all learner groups, tests and results from one teacher to another at the same centre, on every site or on one.',
    args: { from: orName('user', argument('the address or name of the teacher who holds them')) },
    options: {
      to: orName(
        'user',
        option('<email>', 'the colleague who takes over; at a terminal those who can are offered'),
      ),
      site: withValues(
        sites,
        repeated(
          '<site>',
          'only this site: cambridge-primary or cambridge-lower-secondary',
          commaList.transform((names) => names.map(progressionTestSite)),
        ),
      ),
    },
    examples: ['ssh-admin users transfer amira@school.example --to omar@school.example --yes'],
    prepare: async ({ from, to, site }, { terminal, common }): Promise<Request> => {
      if (to !== undefined) return { from, to, site }
      const question = `Who takes over from ${from}?`
      requireTerminal(terminal, {
        flag: '--to',
        may: common.input && !common.yes && !common.dryRun,
        question,
      })
      return { from, to: undefined, site }
    },
    complete: async (request, { session, store, ctx: { at, by } }) => {
      if (request.to !== undefined) return request
      const { offerReceivers } = await import('./offer-missing-steps.ts')
      const account = await findUser(store.db, { email: request.from, at, by })
      return { ...request, to: await offerReceivers(session.terminal, { db: store.db, account, at }) }
    },
    act: (trx, ctx, { from, to = '', site }) =>
      transferProgressionTests(trx, { from, to, sites: site.length > 0 ? site : undefined, ctx }),
    confirm: {
      question: transferQuestion,
      comparable: comparableTransfer,
      flags: ({ to }) => (to === undefined ? '--to and --yes' : undefined),
    },
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
