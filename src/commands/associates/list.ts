import { associatesWithCounts } from '../../db/centres/assignments.ts'
import { associatesJson, renderAssociates } from '../../render/associates.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'

export const list = () =>
  query({
    name: 'list',
    summary: 'list the Associates',
    description:
      'List the Associates: how many centres each has, and how many of those some account acts for.\nIn a pipe: number, name, centres, centres assigned.',
    examples: ['ssh-admin associates list'],
    read: ({ db }, { by }) => associatesWithCounts(db, visibleCentres(by)),
    render: renderAssociates,
    json: associatesJson,
  })
