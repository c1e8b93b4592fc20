import type { MutationStage } from '../../cli/mutation.ts'
import { confirm } from '../../cli/confirm.ts'
import { chooseFromStore } from '../../cli/prompt.ts'
import type { Session } from '../../cli/session.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { changedMeanwhile, Refused } from '../../errors.ts'
import type { Account } from '../../rules/users/account.ts'
import { personAndCentre } from '../../render/users.ts'
import { holdings } from '../../rules/refusals.ts'
import { missingSteps, type MissingSteps, receiversFor } from '../../rules/users/delete.ts'
import { sitesToGive } from '../../rules/users/transfer.ts'

export interface Deletions {
  emails: readonly string[]
  /** Users to suspend first. */
  suspend: ReadonlySet<string>
  /** Receivers, by the address of the user who is deleted. */
  transferTo: ReadonlyMap<string, string>
  /** Sites to which the receiver is given access first. */
  give: readonly string[]
}

/** Offers the steps that must come first, one after another; a No cancels everything. */
export async function offerMissingSteps(
  deletions: Deletions,
  { session, store, ctx: contextOf, asks }: MutationStage,
): Promise<Deletions> {
  const suspend = new Set(deletions.suspend)
  const transferTo = new Map(deletions.transferTo)
  // Only for a single user; for several, all problems are listed instead.
  const [email, ...others] = new Set(deletions.emails)
  if (!asks || email === undefined || others.length > 0) return deletions
  const ctx = await contextOf()
  const missing = await missingSteps(store.db, { email, at: ctx.at, actor: ctx.actor })
  if (missing.receivers?.length === 0 && !transferTo.has(email)) throw noReceiver(missing.account)
  if (missing.suspend && !suspend.has(email)) {
    const is = `${personAndCentre(missing.account)} is ${missing.account.status}`
    await confirm(session, `${is}, and only suspended users are deleted. Suspend them first?`)
    const { account } = await missingSteps(store.db, { email, at: ctx.at, actor: ctx.actor })
    if (account.id !== missing.account.id || account.status !== missing.account.status)
      throw changedMeanwhile()
    suspend.add(email)
  }
  if (!missing.receivers) return { ...deletions, suspend }
  const steps = () => missingSteps(store.db, { email, at: ctx.at, actor: ctx.actor })
  const to = transferTo.get(email) ?? (await chooseReceiver(session.terminal, steps))
  transferTo.set(email, to)
  const find = () => sitesToGive(store.db, { from: email, to, at: ctx.at, actor: ctx.actor })
  return { ...deletions, suspend, transferTo, give: await offerSites(session, { to, find }) }
}

function chooseReceiver(
  terminal: Terminal,
  find: () => Promise<Pick<MissingSteps, 'account' | 'receivers'>>,
): Promise<string> {
  return chooseFromStore(terminal, async () => {
    const { account, receivers = [] } = await find()
    return {
      question: `${personAndCentre(account)} holds ${holdings(account.progressionTests)}. Who takes over?`,
      choices: receivers.map((receiver) => ({
        value: receiver.email,
        name: `${personAndCentre(receiver)} ${receiver.email}`,
      })),
      facts: [account.id, account.status, receivers.map(({ id, status }) => [id, status])],
    }
  })
}

/** Offers the colleagues who can take over. @throws `no-receiver` if there is none */
export async function offerReceivers(
  terminal: Terminal,
  {
    db,
    account,
    at,
    current,
  }: { db: OpenStore['db']; account: Account; at: Date; current: () => Promise<Account> },
): Promise<string> {
  const find = async () => ({
    receivers: await receiversFor(db, { account, at }),
    account: await current(),
  })
  if ((await find()).receivers.length > 0) return chooseReceiver(terminal, find)
  throw noReceiver(account)
}

function noReceiver(account: Account): Refused {
  return new Refused(
    'no-receiver',
    `Nobody else at the centre of ${personAndCentre(account)} can take over.`,
    {
      hint: `Add a colleague first: ssh-admin users add 'NAME <EMAIL>' --centre ${account.centre?.number ?? 'CENTRE'} --site SITE`,
    },
  )
}

/** Asks to give the receiver access to missing sites. @returns the sites to give */
export async function offerSites(
  session: Session,
  { to, find }: { to: string; find: () => Promise<readonly string[]> },
): Promise<readonly string[]> {
  const missing = await find()
  if (missing.length === 0) return []
  await confirm(session, `${to} has no access to ${missing.join(' and ')} yet. Give it to them first?`)
  return missing
}
