import { actingFor } from '../../config.ts'
import { catalogueJson, matrixJson, renderCatalogue, renderMatrix } from '../../render/roles.ts'
import { listing } from '../../cli/define.ts'
import { flag } from '../../cli/parameters.ts'
import { answer } from '../../cli/action.ts'
import type { Session } from '../../cli/session.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the roles, or who may do what',
    description:
      'List the roles, the service each belongs to, and what it lets its holder do. With --matrix: who may do what.\nIn a pipe: role, service, shared, who gives it, what it does; or actor, what they may do.',
    options: {
      matrix: flag('who may do what'),
    },
    examples: ['ssh-admin roles list', 'ssh-admin roles list --matrix'],
    run: async ({ matrix }, session) => {
      if (actingFor(session.settings) !== undefined) await mayLook(session)
      const { out } = session.terminal
      await answer(session, {
        text: matrix ? renderMatrix(out) : renderCatalogue(out),
        json: matrix ? matrixJson() : catalogueJson(),
      })
      return 0
    },
  })

/** The roles are in no store; whether somebody may act at all is. */
async function mayLook(session: Session): Promise<void> {
  const store = await session.open('read')
  try {
    await session.ctx(store)
  } finally {
    await store.close()
  }
}
