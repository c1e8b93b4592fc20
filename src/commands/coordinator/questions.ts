import { ask, type Choice, chooseFromStore } from '../../cli/prompt.ts'
import type { Session } from '../../cli/session.ts'
import { adminsOf } from '../../db/centres/centres.ts'
import type { OpenStore } from '../../db/store/open.ts'
import { oneLine } from '../../render/clean-text.ts'
import { findCentre } from '../../rules/centres/find.ts'
import type { Successor } from '../../rules/coordinator/change.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { decide, onCentre } from '../../rules/permissions/decide.ts'
import { type Account, nameOf } from '../../rules/users/account.ts'
import { readAddress } from '../../rules/users/email.ts'
import { typedPerson } from '../../rules/users/new-user.ts'

/** What of a coordinator command is agreed to: who coordinates which centre, before and after, and how many it touches. */
export function comparableCoordination({
  centre,
  coordinator,
  former,
  affected,
  changed,
}: Coordination): unknown {
  return [
    centre.id,
    centre.name,
    centre.status,
    comparableAccount(coordinator),
    former?.id,
    comparableAccount(former),
    affected,
    changed,
  ]
}

/** A new coordinator has another number each time they are made: their address says who they are. */
function comparableAccount(account: Account | null): unknown {
  return account && [account.email, account.firstName, account.lastName, account.hubRole, account.status]
}

/** Lists the centre's administrators to choose from, and offers a new person; the rule refuses who may not. */
export async function chooseSuccessor(
  number: string,
  { session: { terminal }, store: { db }, ctx }: { session: Session; store: OpenStore; ctx: RuleContext },
): Promise<Successor | undefined> {
  const centre = await findCentre(db, number, ctx)
  if (!decide(ctx.by, 'coordinator.change', onCentre(centre)).allowed) return undefined
  const question = `Who coordinates ${centre.number} from now on?`
  const to = await chooseFromStore(terminal, async () => {
    const now = await findCentre(db, number, ctx)
    const admins = await adminsOf(db, now.id)
    const choices: Choice<string | undefined>[] = admins.map(({ email, first_name, last_name, status }) => {
      const name = nameOf({ email, firstName: first_name, lastName: last_name })
      const waiting = status === 'invited' ? ', not set up yet' : ''
      return { value: email, name: oneLine(`${name} <${email}>${waiting}`) }
    })
    choices.push({ value: undefined, name: 'Somebody new …' })
    return { question, choices, facts: [now.id, now.name, now.status, admins] }
  })
  if (to !== undefined) return { to }

  const name = await ask(terminal, { question: 'Their name', check: filled })
  const email = await ask(terminal, { question: 'Their e-mail address', check: address })
  return { person: typedPerson(`${name} <${email}>`) }
}

function filled(text: string): string | undefined {
  return text.trim() === '' ? 'A name is needed.' : undefined
}

function address(text: string): string | undefined {
  const read = readAddress(text)
  return 'problem' in read ? `That ${read.problem}.` : undefined
}
