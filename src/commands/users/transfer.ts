import { listOf } from '../../cli/typed-values.ts'
import { personAndCentre, renderTransfer, transferJson } from '../../render/users.ts'
import { count } from '../../render/text.ts'
import { resolveProgressionTestSite } from '../../rules/roles/resolve.ts'
import { decide } from '../../rules/permissions/decide.ts'
import { userTarget } from '../../rules/users/changed.ts'
import { holdingsOf } from '../../db/progression-tests/holdings.ts'
import {
  sitesToGive,
  type Transferred,
  transferNothing,
  transferProgressionTests,
} from '../../rules/users/transfer.ts'
import { preparedMutation } from '../../cli/define.ts'
import { requireTerminal } from '../../cli/confirm.ts'
import { findUser } from '../../rules/users/find.ts'
import { argument, allowName, listOption, option, withCompletions } from '../../cli/parameters.ts'
import { accessFirst, comparableTransfer, siteNotices } from './questions.ts'
import { progressionTestSites } from '../../rules/roles/catalogue.ts'

interface Request {
  from: string
  /** Undefined until chosen at the terminal. */
  to: string | undefined
  site: readonly string[]
  /** Sites to which the receiver is given access first. */
  give: readonly string[]
}

export const transfer = () =>
  preparedMutation({
    name: 'transfer',
    summary: 'move Progression Test data from one teacher to another',
    description:
      'Move all learner groups, tests and results from one teacher to another at the same centre, on every site or on one. ' +
      'At a terminal whoever takes over is given the site that they lack, with one more Yes.',
    args: { from: allowName('user', argument('the address or name of the teacher who holds them')) },
    options: {
      to: allowName(
        'user',
        option('<email>', 'the colleague who takes over; at a terminal those who can are offered'),
      ),
      site: withCompletions(
        progressionTestSites,
        listOption(
          '<site>',
          'only this site: cambridge-primary or cambridge-lower-secondary',
          listOf(resolveProgressionTestSite),
        ),
      ),
    },
    examples: ['ssh-admin users transfer amira@school.example --to omar@school.example --yes'],
    prepare: async ({ from, to, site }, session): Promise<Request> => {
      const question = `Who takes over from ${from}?`
      const mayAsk = !session.common.yes && !session.common.dryRun
      if (to === undefined)
        requireTerminal(session, { flag: '--to', mayAsk, question, add: ['--to', 'EMAIL'] })
      return { from, to, site, give: [] }
    },
    complete: async (request, { session, store, ctx, asks }) => {
      const { at, actor } = await ctx()
      const { offerReceivers, offerSites } = await import('./offer-missing-steps.ts')
      const current = () => findUser(store.db, { email: request.from, at, actor })
      const receiver = async () => {
        const account = await current()
        // Without the permission nothing is asked: the rule refuses.
        if (!decide(actor, 'users.transfer', userTarget(account)).allowed) return undefined
        const held = await holdingsOf(store.db, { ownerId: account.id, sites: sitesOf(request) })
        if (held.length === 0) return undefined
        return offerReceivers(session.terminal, { db: store.db, account, at, current })
      }
      const to = request.to ?? (await receiver())
      if (to === undefined || !asks) return { ...request, to }
      const transfer = { from: request.from, to, sites: sitesOf(request), at, actor }
      return {
        ...request,
        to,
        give: await offerSites(session, { to, find: () => sitesToGive(store.db, transfer) }),
      }
    },
    act: (trx, ctx, { to, give, ...request }) => {
      const transfer = { from: request.from, sites: sitesOf(request), ctx }
      return to === undefined
        ? transferNothing(trx, transfer)
        : transferProgressionTests(trx, { ...transfer, to, give })
    },
    confirm: {
      question: transferQuestion,
      comparable: comparableTransfer,
    },
    render: renderTransfer,
    notices: siteNotices,
    json: (transferred, mail) => ({ ...transferJson(transferred), mail }),
  })

function sitesOf({ site }: Pick<Request, 'site'>): readonly string[] | undefined {
  return site.length > 0 ? site : undefined
}

function transferQuestion(transferred: Transferred): string | undefined {
  const { from, to, sites } = transferred
  if (sites.length === 0) return undefined
  const what = sites
    .map(
      ({ site, learnerGroups, results }) =>
        `${count(learnerGroups, 'learner group')} with ${count(results, 'result')} on ${site}`,
    )
    .join(', and ')
  return `Transfer ${what} from ${personAndCentre(from)} to ${personAndCentre(to)}? ${accessFirst(transferred)}Everything moves together; nothing is merged.`
}
