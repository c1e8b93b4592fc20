import { personAndCentre, renderChangedUsers, transferJson, usersJson } from '../../render/users.ts'
import { type DeletedUser, deleteUser } from '../../rules/users/delete.ts'
import { nameOf } from '../../rules/users/account.ts'
import { holdings } from '../../rules/refusals.ts'
import type { Transferred } from '../../rules/users/transfer.ts'
import { preparedMutation } from '../../cli/define.ts'
import { allowName, flag, option, usersArgument } from '../../cli/parameters.ts'
import { type Deletions, offerMissingSteps } from './offer-missing-steps.ts'
import { accessFirst, comparableTransfer, comparableUser, questionAbout, siteNotices } from './questions.ts'
import { changeEachUser } from '../../rules/users/changed.ts'

export const deletion = () =>
  preparedMutation({
    name: 'delete',
    summary: 'delete suspended users',
    description:
      'Delete suspended users who coordinate nothing and hold no Progression Test data. Their history stays. ' +
      'At a terminal the steps that must come first are offered; everything happens together, or nothing does.',
    args: {
      email: usersArgument('any-user'),
    },
    options: {
      suspend: flag('suspend them first'),
      transferTo: allowName(
        'user',
        option('<email>', 'transfer their Progression Test data to this colleague first'),
      ),
    },
    examples: ['ssh-admin users delete amira@school.example --suspend --yes'],
    prepare: async ({ email, suspend, transferTo }): Promise<Deletions> => ({
      emails: email,
      suspend: new Set(suspend ? email : []),
      transferTo: new Map(transferTo === undefined ? [] : email.map((one) => [one, transferTo])),
      give: [],
    }),
    complete: offerMissingSteps,
    act: (trx, ctx, { emails, suspend, transferTo, give }) =>
      changeEachUser(trx, { emails, deletedToo: true, ctx }, (email) =>
        deleteUser(trx, { email, suspend: suspend.has(email), transferTo: transferTo.get(email), give, ctx }),
      ),
    confirm: {
      question: deletionQuestion,
      comparable: (deleted) =>
        deleted.map(({ suspendedFirst, transferred, ...changed }) => [
          comparableUser(changed),
          suspendedFirst,
          transferred && comparableTransfer(transferred),
        ]),
    },
    render: renderChangedUsers,
    notices: (deleted) => deleted.flatMap(({ transferred }) => (transferred ? siteNotices(transferred) : [])),
    json: (deleted, mail) => ({
      ...usersJson(deleted, mail),
      transfers: deleted.flatMap(({ transferred }) => (transferred ? [transferJson(transferred)] : [])),
    }),
  })

function deletionQuestion(deleted: readonly DeletedUser[]): string | undefined {
  const [only] = deleted
  const steps = deleted.length === 1 && only ? stepsOf(only) : ''
  return questionAbout(deleted, {
    verb: 'Delete',
    effect: `${steps}The account leaves every list, and its address can be used again.`,
  })
}

function stepsOf({ account, suspendedFirst, transferred }: DeletedUser): string {
  const suspension = suspendedFirst ? `${nameOf(account)} is suspended first. ` : ''
  if (!transferred) return suspension
  return `${suspension}${accessFirst(transferred)}${personAndCentre(transferred.to)} takes over ${holdings(sumHoldings(transferred))}. `
}

function sumHoldings({ sites }: Transferred): { learnerGroups: number; results: number } {
  const sum = { learnerGroups: 0, results: 0 }
  for (const { learnerGroups, results } of sites) {
    sum.learnerGroups += learnerGroups
    sum.results += results
  }
  return sum
}
