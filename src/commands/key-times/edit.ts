import * as z from 'zod'
import { preparedMutation } from '../../cli/define.ts'
import { wholeNumber } from '../../cli/typed-values.ts'
import { closingQuestion, comparableClosing } from '../../render/closing.ts'
import { argument, flag, option } from '../../cli/parameters.ts'
import { Usage } from '../../errors.ts'
import { changedKeyTimeJson, renderChangedKeyTime } from '../../render/key-times.ts'
import { editKeyTime } from '../../rules/key-times/edit.ts'
import { orNone, typedDate, typedLocalTime, typedSeries, typedZoneNumber } from './typed.ts'

const read = <Value>(reader: (text: string) => Value) => z.string().transform(reader).optional()

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change a Key Time, or take it away',
    description: 'Change one Key Time; what is not named stays. With --remove it is taken away.',
    args: {
      id: argument('its number, which key-times list shows', wholeNumber('the number of a Key Time')),
    },
    options: {
      localTime: option('<time>', 'the local time, such as 10:00', read(typedLocalTime)),
      timeZone: option('<zone>', 'the IANA time zone, such as Africa/Cairo'),
      administrativeZone: option('<number>', '1 to 6, or none', read(orNone(typedZoneNumber))),
      series: option('<series>', 'only in this series, such as 2026-06, or none', read(orNone(typedSeries))),
      from: option('<date>', 'the first day on which it holds, or none', read(orNone(typedDate))),
      until: option('<date>', 'the last day on which it holds, or none', read(orNone(typedDate))),
      remove: flag('take it away'),
    },
    examples: [
      'ssh-admin key-times edit 1 --local-time 10:30',
      'ssh-admin key-times edit 2 --until 2026-10-24',
    ],
    prepare: async ({ id, remove, ...changes }) => {
      const said = Object.values(changes).some((value) => value !== undefined)
      if (said === remove) {
        throw new Usage(
          remove ? 'What is taken away cannot be changed as well.' : `Nothing was said of Key Time ${id}.`,
          { code: 'nothing-said', hint: 'Say what to change, such as --local-time, or --remove.' },
        )
      }
      return { id, changes: remove ? ('remove' as const) : changes }
    },
    act: (trx, ctx, { id, changes }) => editKeyTime(trx, { id, changes, ctx }),
    confirm: {
      question: ({ closes, opens }) => closingQuestion(closes, 'Change this Key Time', opens),
      comparable: ({ keyTime, outcome, closes, opens }) => [
        keyTime,
        outcome,
        comparableClosing(closes, opens),
      ],
    },
    render: renderChangedKeyTime,
    json: changedKeyTimeJson,
  })
