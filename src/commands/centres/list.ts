import * as z from 'zod'
import { countryCode, countryNames } from '../../countries.ts'
import { centreOrders, type CentreStatus, listCentres } from '../../db/centres/list.ts'
import { commaList, wholeNumberOf } from '../../cli/options.ts'
import { centreListJson, renderCentreList } from '../../render/centres.ts'
import { centreKinds, typedCountry, typedKind } from '../../rules/centres/options.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { searchKey } from '../../rules/search-key.ts'
import { visibleCentres } from '../../rules/permissions/decide.ts'
import { unknownName } from '../../rules/unknown-name.ts'
import { query } from '../../cli/define.ts'
import { flag, option, repeated } from '../../cli/parameters.ts'

const statuses: readonly CentreStatus[] = ['approved', 'active', 'deleted']

export const list = () =>
  query({
    name: 'list',
    summary: 'find centres',
    description:
      'List centres, any number of them: all that are not deleted, or those that fit every filter.\n' +
      'In a pipe: number, name, country, status, users, coordinator, kind, Associate, created, deleted.',
    options: {
      search: option(
        '<text>',
        'by part of a number or name; accents and letter case do not matter',
        z.string().default('').transform(wordsIn),
      ),
      country: repeated(
        '<country>',
        'in this country, by English name or ISO code',
        z
          .array(z.string())
          .default([])
          .transform((names) => names.flatMap(countriesIn)),
      ),
      kind: repeated(
        '<kind>',
        centreKinds.join(', '),
        commaList.transform((names) => names.map(typedKind)),
      ),
      status: repeated(
        '<status>',
        'approved, active or deleted',
        commaList.transform((names) => names.map(statusNamed)),
      ),
      associate: option('<centre>', 'the centres of this Associate'),
      deleted: flag('deleted centres'),
      sort: option(
        '<order>',
        `by ${centreOrders.join(', ')}`,
        z.enum(centreOrders, { error: `one of ${centreOrders.join(', ')}` }).default('number'),
      ),
      reverse: flag('the other way round'),
      limit: option(
        '<count>',
        'at most so many',
        wholeNumberOf('a whole number').pipe(z.number().min(1, 'at least 1')).optional(),
      ),
    },
    examples: [
      'ssh-admin centres list --country Egypt',
      'ssh-admin centres list --search nile --status active',
    ],
    read: async ({ db }, ctx, { associate, sort: order, reverse, limit, ...options }) => {
      const filter = {
        statuses: [...options.status, ...(options.deleted ? ['deleted' as const] : [])],
        kinds: options.kind,
        countries: options.country,
        associateId: associate === undefined ? undefined : (await findCentre(db, associate, ctx)).id,
        words: options.search,
        visible: visibleCentres(ctx.by),
      }
      const countries = order === 'country' ? countryNames().flatMap((name) => countryCode(name) ?? []) : []
      return listCentres(db, { filter, order, reverse, limit, countries })
    },
    render: renderCentreList,
    json: centreListJson,
  })

function wordsIn(text: string): string[] {
  return searchKey(text)
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Some countries' names have a comma in them. */
function countriesIn(text: string): string[] {
  const whole = countryCode(text)
  return whole === undefined ? text.split(',').map((part) => typedCountry(part.trim())) : [whole]
}

function statusNamed(name: string): CentreStatus {
  const status = statuses.find((one) => one === name.toLowerCase())
  if (status) return status
  throw unknownName({ kind: 'status', name, known: statuses })
}
