import { command } from '../cli/define.ts'
import type { Session } from '../cli/session.ts'
import { actingFor } from '../config.ts'
import { visibleNumbers } from '../db/centres/visible.ts'
import { renderWhoami, type WhoActs } from '../render/whoami.ts'
import { rightsOf, visibleCentres } from '../rules/permissions/decide.ts'

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

async function actorOf(session: Session): Promise<WhoActs> {
  const { settings, context } = session
  const here = { operator: context.operator, store: settings.db.value ?? '' }
  if (actingFor(settings) === undefined) {
    const staff = { kind: 'staff', operator: context.operator, command: session.command } as const
    const none = { actor: null, centre: null, hubRole: null, roles: [] }
    return { ...none, ...here, rights: rightsOf(staff), centres: null }
  }
  const store = await session.open('read')
  try {
    const { by } = await session.ctx(store)
    if (by.kind === 'staff') throw new Error('an actor was named')
    const seen = visibleCentres(by)
    return {
      actor: by.email,
      centre: by.centre.number,
      hubRole: by.hubRole,
      roles: by.roles,
      ...here,
      rights: rightsOf(by),
      centres: seen === 'all' ? null : await visibleNumbers(store.db, seen),
    }
  } finally {
    await store.close()
  }
}
