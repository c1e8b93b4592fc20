import type { OpenStore } from '../../db/store/open.ts'
import { agree, choose } from '../../cli/prompt.ts'
import { person } from '../../render/users.ts'
import type { Given } from '../../rules/permissions/actor.ts'
import { type MissingSteps, missingSteps } from '../../rules/users/deletion-steps.ts'
import { holdings } from '../../rules/refusals.ts'
import type { Terminal } from '../../cli/terminal.ts'
import type { Session } from '../../cli/session.ts'

export interface Deletions {
  emails: readonly string[]
  /** Who is suspended first. */
  suspend: ReadonlySet<string>
  /** Who takes over from whom. */
  transferTo: ReadonlyMap<string, string>
}

/** Offers, one after another, the steps that must come first; No to any of them leaves all as it is. */
export async function offerMissingSteps(
  deletions: Deletions,
  { session, store, given, asks }: { session: Session; store: OpenStore; given: Given; asks: boolean },
): Promise<Deletions> {
  const suspend = new Set(deletions.suspend)
  const transferTo = new Map(deletions.transferTo)
  // Where several are deleted at once, every problem is listed instead.
  const [email, ...others] = new Set(deletions.emails)
  if (!asks || email === undefined || others.length > 0) return deletions
  const missing = await missingSteps(store.db, { email, at: given.at, by: given.by })
  if (missing.suspend && !suspend.has(email)) {
    await agree(session, suspensionOffer(missing))
    suspend.add(email)
  }
  if (missing.receivers && missing.receivers.length > 0 && !transferTo.has(email)) {
    transferTo.set(email, await chooseReceiver(session.terminal, missing))
  }
  return { ...deletions, suspend, transferTo }
}

function suspensionOffer({ account }: MissingSteps): string {
  return `${person(account)} is ${account.status}, and only suspended users are deleted. Suspend them first?`
}

function chooseReceiver(terminal: Terminal, { account, receivers = [] }: MissingSteps): Promise<string> {
  return choose(terminal, {
    question: `${person(account)} holds ${holdings(account.progressionTests)}. Who takes over?`,
    choices: receivers.map((receiver) => ({
      value: receiver.email,
      name: `${person(receiver)} ${receiver.email}`,
    })),
  })
}
