import { countryCode, countryNames } from '../../countries.ts'
import { centreOrders, type CentreStatus, countCentres, streamCentres } from '../../db/centres/list.ts'
import { listOf } from '../../cli/typed-values.ts'
import type { CentrePart } from '../../db/centres/centres.ts'
import { centreFields, listedCentreJson } from '../../render/centres.ts'
import { centreKinds, parseCentreKind } from '../../rules/centres/options.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { wordsToFind } from '../../search-key.ts'
import { describeVisibility, visibleCentres } from '../../rules/permissions/decide.ts'
import { nameReader } from '../../rules/unknown-name.ts'
import { listing } from '../../cli/define.ts'
import { flag, option, allowName, listOption, withCompletions } from '../../cli/parameters.ts'
import { countriesSchema, countryCompletions } from './options.ts'
import { emptyStoreMessage } from '../../cli/list-text.ts'

const statuses: readonly CentreStatus[] = ['approved', 'active', 'deleted']

export const list = () =>
  listing({
    name: 'list',
    summary: 'find centres',
    description:
      'List centres, any number of them: all that are not deleted, or those that fit every filter.\n' +
      'In a pipe: number, name, country, status, users, coordinator, kind, Associate, created, deleted.',
    options: {
      search: option('<text>', 'by part of a number or name; accents and letter case do not matter'),
      country: withCompletions(
        countryCompletions,
        listOption('<country>', 'in this country, by English name or ISO code', countriesSchema),
      ),
      kind: withCompletions(
        centreKinds,
        listOption('<kind>', centreKinds.join(', '), listOf(parseCentreKind)),
      ),
      status: withCompletions(
        statuses,
        listOption('<status>', 'approved, active or deleted', listOf(nameReader('status', statuses))),
      ),
      associate: allowName('centre', option('<centre>', 'the centres of this Associate')),
      withoutCoordinator: flag('that have no coordinator'),
      deleted: flag('deleted centres'),
    },
    examples: ['ssh-admin centres list --country Egypt', 'ssh-admin centres list nile --status active'],
    singular: 'centre',
    answer: 'centreList',
    key: 'centres',
    fields: centreFields,
    table: ['number', 'name', 'country', 'status', 'users', 'coordinator'],
    pipe: [
      'number',
      'name',
      'country',
      'status',
      'users',
      'coordinator',
      'kind',
      'associate',
      'created',
      'deleted',
    ],
    id: 'number',
    sortColumns: centreOrders,
    searchesInStore: true,
    find: async (
      { store: { db }, ctx, words },
      { search, associate, withoutCoordinator, deleted, ...options },
    ) => {
      const filter = {
        statuses: [...options.status, ...(deleted ? ['deleted' as const] : [])],
        kinds: options.kind,
        countries: options.country,
        associateId: associate === undefined ? undefined : (await findCentre(db, associate, ctx)).id,
        withoutCoordinator,
        words: [...words, ...wordsToFind(search)],
        visible: visibleCentres(ctx.actor),
      }
      return {
        rows: ({ sort: order = 'number', fields, reverse, limit }) =>
          streamCentres(db, {
            filter,
            order,
            reverse,
            limit,
            parts: fields && new Set([...fields].flatMap((name) => partByField[name] ?? [])),
            // Codes in the order of the countries' names.
            countries: order === 'country' ? countryNames().flatMap((name) => countryCode(name) ?? []) : [],
          }),
        count: () => countCentres(db, filter),
        visiblePart: describeVisibility(ctx.actor),
        explainNoMatch: () => emptyStoreMessage(db),
      }
    },
    json: listedCentreJson,
    emptyMessage:
      'There is no centre yet. To begin: ssh-admin centres import FILE, or ssh-admin centres create',
  })

/** The part of a centre that a field needs to be read. */
const partByField: Readonly<Record<string, CentrePart>> = {
  users: 'users',
  address: 'details',
  town: 'details',
  postcode: 'details',
}
