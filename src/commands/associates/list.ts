import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { associatesWithCounts } from '../../db/centres/assignments.ts'
import { associateFields, associateRowJson } from '../../render/associates.ts'
import { seenBy, visibleCentres } from '../../rules/permissions/decide.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list the Associates',
    description:
      'List the Associates: how many centres each has, and how many of those some account acts for.\nIn a pipe: number, name, centres, centres assigned.',
    examples: ['ssh-admin associates list'],
    singular: 'Associate',
    answer: 'associateList',
    key: 'associates',
    fields: associateFields,
    id: 'number',
    find: async ({ store: { db }, ctx: { by } }) => ({
      ...allOf(await associatesWithCounts(db, visibleCentres(by))),
      seen: seenBy(by),
    }),
    json: associateRowJson,
    none: 'There is no Associate.',
  })
