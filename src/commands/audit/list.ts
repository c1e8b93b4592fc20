import * as z from 'zod'
import { wholeNumberOf } from '../../cli/options.ts'
import { renderEvent, renderEvents } from '../../render/audit.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { filterOptions } from './filter.ts'
import { listing } from '../../cli/define.ts'
import { option, type ValuesOf } from '../../cli/parameters.ts'
import { answer } from '../../cli/action.ts'
import type { Session } from '../../cli/session.ts'

/** What fits a screen or two; a pipe and --json have no limit that is not asked for. */
const onTerminal = 50

export const list = () =>
  listing({
    name: 'list',
    summary: 'list what happened, newest first',
    description:
      'List what happened, newest first. At a terminal the last 50 events; in a pipe all of them.\nIn a pipe: number, time (UTC), kind, action, subject, actor (staff for Cambridge staff), operator, details as JSON.',
    options: {
      ...filterOptions,
      limit: option(
        '<count>',
        'at most so many',
        wholeNumberOf('a number of events').pipe(z.number().min(1, 'at least 1')).optional(),
      ),
    },
    examples: [
      'ssh-admin audit list --subject amira@school.example',
      'ssh-admin audit list --kind refusal --since 2026-03-01',
    ],
    run: listEventsFor,
  })

async function listEventsFor(
  filter: ValuesOf<typeof filterOptions> & { limit: number | undefined },
  session: Session,
): Promise<number> {
  const { listEvents, pagesOfEvents } = await import('../../db/audit/events.ts')
  const { out } = session.terminal
  const store = await session.open('read')
  try {
    const { by } = await session.ctx(store)
    const readable = await eventsFor(store.db, by)
    const wanted = { ...filter, visible: visibleCentres(by) }
    if (session.common.json) {
      const { events, total } = await listEvents(store.db, wanted)
      await answer(session, { text: '', json: { events: events.map(readable), total } })
    } else if (out.isTerminal) {
      const found = await listEvents(store.db, { ...wanted, limit: filter.limit ?? onTerminal })
      const shown = { ...found, events: found.events.map(readable) }
      await answer(session, { text: renderEvents(shown, out), json: shown })
    } else {
      for await (const page of pagesOfEvents(store.db, { ...wanted, order: 'desc' })) {
        await session.terminal.write(`${page.map(readable).map(renderEvent).join('\n')}\n`)
      }
    }
    return 0
  } finally {
    await store.close()
  }
}
