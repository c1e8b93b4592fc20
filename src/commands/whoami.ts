import { command } from '../cli/define.ts'
import { type Session, withStore } from '../cli/session.ts'
import { actorEmail } from '../config.ts'
import { visibleNumbers } from '../db/centres/visible.ts'
import { rightsOf, visibleCentres } from '../rules/permissions/decide.ts'
import { pathInWords } from '../shell-word.ts'
import { tsvLine } from '../render/clean-text.ts'
import type { View } from '../render/table.ts'

/** Of no other kind: for Cambridge staff it opens no store, and needs none. */
export const whoami = () =>
  command({
    name: 'whoami',
    summary: 'say for whom a command acts, and what they may do',
    description:
      'Say for whom a command acts here: Cambridge staff, or the user that --as or a setting names, with their roles, what they may do, and the centres that they may see.',
    examples: ['ssh-admin whoami', 'ssh-admin whoami --as huda@school.example'],
    run: async (_, session) => {
      const answer = await actorOf(session)
      return { text: renderWhoami(answer, session.terminal.out), json: answer }
    },
  })

async function actorOf(session: Session): Promise<Identity> {
  const { settings, context } = session
  const here = { operator: context.operator, store: settings.db.value }
  if (actorEmail(settings) === undefined) {
    const staff = { kind: 'staff', operator: context.operator, command: session.command } as const
    const none = { actor: null, centre: null, hubRole: null, roles: [] }
    return { ...none, ...here, rights: rightsOf(staff), centres: null }
  }
  return withStore(session, 'read', async (store) => {
    const { actor } = await session.ctx(store)
    if (actor.kind === 'staff') throw new Error('an actor was named')
    const seen = visibleCentres(actor)
    return {
      actor: actor.email,
      centre: actor.centre.number,
      hubRole: actor.hubRole,
      roles: actor.roles,
      ...here,
      rights: rightsOf(actor),
      centres: seen === 'all' ? null : await visibleNumbers(store.db, seen),
    }
  })
}

interface Identity {
  /** Null for Cambridge staff. */
  actor: string | null
  centre: string | null
  hubRole: string | null
  roles: readonly string[]
  operator: string
  store: string
  rights: readonly { actor: string; may: string }[]
  /** The visible centres; null for all. */
  centres: readonly string[] | null
}

/** The actor: sentences at a terminal, names and values in a pipe. */
function renderWhoami(answer: Identity, { isTerminal, chalk }: View): string {
  const { actor, centre, roles, operator, store, rights, centres } = answer
  if (!isTerminal) {
    return [
      ['actor', actor ?? 'staff'],
      ['centre', centre],
      ['roles', roles.join(',')],
      ['operator', operator],
      ['store', store],
      ['may-see', centres === null ? 'all' : centres.join(',')],
      ...rights.map((right) => ['may', right.actor, right.may]),
    ]
      .map(tsvLine)
      .join('\n')
  }
  const who = actor === null ? 'Cambridge staff' : `${actor}, ${roles.join(', ') || 'no role'} at ${centre}`
  const seen = centres === null ? 'every centre' : centres.length === 0 ? 'no centre' : centres.join(', ')
  return [
    `Acting for ${chalk.bold(who)}.`,
    ...rights.map(({ may }) => `May: ${may}.`),
    `Sees ${seen}.`,
    chalk.dim(`Recorded as done by ${operator}, in ${pathInWords(store)}.`),
  ].join('\n')
}
