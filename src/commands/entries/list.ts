import * as z from 'zod'
import { listing } from '../../cli/define.ts'
import { listOf } from '../../cli/typed-values.ts'
import { option, repeated } from '../../cli/parameters.ts'
import { countEntries, streamEntries } from '../../db/entries/entries.ts'
import { entryFields, entryJson } from '../../render/entries.ts'
import { reversePages } from '../../db/pages.ts'
import { typedCentreNumber } from '../../rules/centres/find.ts'
import { typedComponent } from '../../rules/resources/resource.ts'
import { typedSeries } from '../key-times/typed.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list entries, by series, component and centre',
    description:
      'List how many candidates each centre has for a component in a series.\nIn a pipe: centre, its name, series, component, candidates.',
    options: {
      centre: repeated('<centres>', 'of these centres', listOf(typedCentreNumber)),
      component: repeated('<components>', 'for these components, such as 0500/12', listOf(typedComponent)),
      series: option(
        '<series>',
        'in this series, such as 2026-06',
        z.string().transform(typedSeries).optional(),
      ),
    },
    examples: ['ssh-admin entries list --component 0500/12 --series 2026-06'],
    singular: 'entry',
    answer: 'entryList',
    key: 'entries',
    fields: entryFields,
    id: 'centre',
    find: async ({ store: { db } }, { centre: centres, component: components, series }) => {
      const filter = { centres, components, series }
      return {
        rows: ({ reverse }) =>
          reverse ? reversePages(streamEntries(db, filter)) : streamEntries(db, filter),
        count: () => countEntries(db, filter),
      }
    },
    json: entryJson,
    none: 'No entries.',
  })
