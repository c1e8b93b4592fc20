import { Cancelled } from '../../errors.ts'
import type { Deletions } from '../../import/deletions.ts'
import type { Plan } from '../../import/plan.ts'
import { ask, tick } from '../../cli/prompt.ts'
import { count } from '../../render/text.ts'
import type { Session } from '../../cli/session.ts'

/** Offers what the workbook does not have, with nothing ticked; a large choice is asked for twice. */
export async function chooseAtTerminal(plan: Plan, { terminal }: Session): Promise<Deletions> {
  const { needsAllowance, noDeletions } = await import('../../import/deletions.ts')
  if (plan.rows.accepted === 0) return noDeletions
  const missing = plan.missingCentres.filter(({ kept }) => !kept)
  const extra = plan.extraUsers.filter(({ kept }) => !kept)
  const centres =
    missing.length === 0
      ? []
      : await tick(terminal, {
          question: `${count(missing.length, 'centre')} of the store ${missing.length === 1 ? 'is' : 'are'} not in the workbook. Delete any?`,
          choices: missing.map((centre) => ({
            value: centre,
            name: `${centre.number}  ${centre.name}  (${count(centre.users, 'user')})`,
          })),
        })
  const users =
    extra.length === 0
      ? []
      : await tick(terminal, {
          question: `${count(extra.length, 'user')} of these centres ${extra.length === 1 ? 'is' : 'are'} not in the workbook. Delete any?`,
          choices: extra.map((user) => ({
            value: user,
            name: `${user.email}  ${user.centre}  ${user.lastSignedInAt ? `last signed in ${user.lastSignedInAt.slice(0, 10)}` : 'never signed in'}`,
          })),
        })
  const deletions = { centres, users }
  if (needsAllowance(plan, deletions)) {
    const total = centres.length + users.length
    const typed = await ask(terminal, {
      question: `That is more than a fifth of what is there. Type ${total} to delete ${total}:`,
    })
    if (typed.trim() !== String(total)) throw new Cancelled()
  }
  return deletions
}
