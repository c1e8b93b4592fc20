import * as z from 'zod'
import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { listOf } from '../../cli/typed-values.ts'
import { option, repeated, withValues } from '../../cli/parameters.ts'
import { countryName } from '../../countries.ts'
import { findKeyTimes } from '../../db/key-times/key-times.ts'
import { keyTimeFields, keyTimeJson } from '../../render/key-times.ts'
import { nextMoment } from '../../rules/key-times/next.ts'
import { countriesTyped, offeredCountries } from '../centres/countries.ts'
import { typedSeries, typedZoneNumber } from './typed.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list Key Times, by country and session',
    description:
      'List Key Times with the next moment of each in UTC: today, or on the first day on which it holds.\nIn a pipe: number, country, administrative zone, session, local time, time zone, series, from, until, next.',
    options: {
      country: withValues(
        offeredCountries,
        repeated('<country>', 'of this country, by English name or ISO code', countriesTyped),
      ),
      zone: withValues(
        ['1', '2', '3', '4', '5', '6'],
        repeated('<number>', 'of countries in this administrative zone, 1 to 6', listOf(typedZoneNumber)),
      ),
      series: option(
        '<series>',
        'that hold in this series, such as 2026-06',
        z.string().transform(typedSeries).optional(),
      ),
    },
    examples: ['ssh-admin key-times list --country Egypt', 'ssh-admin key-times list --zone 4'],
    singular: 'Key Time',
    answer: 'keyTimeList',
    key: 'keyTimes',
    fields: keyTimeFields,
    id: 'id',
    find: async ({ store: { db }, ctx }, { country, zone, series }) => {
      const found = await findKeyTimes(db, { countries: country, administrativeZones: zone, series })
      // By the names that are shown, which have another order than their codes.
      const inOrder = [...found].sort((one, other) =>
        countryName(one.country).localeCompare(countryName(other.country), 'en'),
      )
      return allOf(inOrder.map((keyTime) => ({ keyTime, next: nextMoment(keyTime, ctx.at) })))
    },
    json: ({ keyTime, next }) => ({ ...keyTimeJson(keyTime), nextAt: next?.toISOString() ?? null }),
    none: 'No Key Times.',
  })
