import { listing } from '../../cli/define.ts'
import { flag } from '../../cli/parameters.ts'
import { countEvents, pagesOfEvents } from '../../db/audit/events.ts'
import { mapPages } from '../../db/pages.ts'
import { eventFields, eventJson, eventsInPipe, eventsInTable } from '../../render/audit.ts'
import { eventsFor } from '../../rules/audit/events-for.ts'
import { seenBy, visibleCentres } from '../../rules/permissions/decide.ts'
import { filterOptions } from './filter.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list what happened, newest first',
    description:
      'List what happened, newest first. At a terminal the last 50 events; in a pipe all of them.\nIn a pipe: number, time (UTC), kind, action, subject, actor (staff for Cambridge staff), operator, details as JSON.',
    options: {
      ...filterOptions,
      last: flag('only the last change that was made by you at this machine'),
    },
    examples: [
      'ssh-admin audit list --subject amira@school.example',
      'ssh-admin audit list --last',
      'ssh-admin audit list --kind refusal --since 2026-03-01',
    ],
    singular: 'event',
    answer: 'auditList',
    key: 'events',
    fields: eventFields,
    table: eventsInTable,
    pipe: eventsInPipe,
    id: 'id',
    // What fits a screen or two.
    atTerminal: 50,
    find: async ({ store: { db }, ctx: { by } }, { last, ...options }) => {
      const { kind = last ? 'change' : undefined, subject, actor, action, since, until } = options
      const operator = last ? by.operator : undefined
      const filter = { kind, subject, actor, operator, action, since, until, visible: visibleCentres(by) }
      const readable = await eventsFor(db, by)
      return {
        rows: ({ reverse, limit }) => {
          const order = reverse && !last ? 'asc' : 'desc'
          return mapPages(pagesOfEvents(db, { ...filter, limit: last ? 1 : limit, order }), readable)
        },
        count: async () => Math.min(await countEvents(db, filter), last ? 1 : Number.POSITIVE_INFINITY),
        seen: seenBy(by),
      }
    },
    json: eventJson,
    none: 'Nothing of that kind has happened.',
  })
