import * as z from 'zod'
import { query } from '../../cli/define.ts'
import { argument, option, orName } from '../../cli/parameters.ts'
import { keyTimesOfCentreJson, renderKeyTimesOfCentre } from '../../render/key-times.ts'
import { keyTimesOfCentre } from '../../rules/key-times/show.ts'
import { typedDate } from './typed.ts'

export const show = () =>
  query({
    name: 'show',
    summary: "show a centre's Key Times on a day, in local time and UTC",
    description:
      "Show a centre's Key Times on a day, in local time and UTC. A time that does not exist on that day, or exists twice, is named and never guessed.\nIn a pipe: session, series, local time, time zone, UTC, what stands in the way.",
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    options: {
      date: option(
        '<date>',
        'the day, such as 2026-06-02 (default: today, where the centre is)',
        z.string().transform(typedDate).optional(),
      ),
    },
    examples: ['ssh-admin key-times show EG001 --date 2026-06-02'],
    read: ({ db }, ctx, { centre, date }) => keyTimesOfCentre(db, { centre, date, ctx }),
    render: renderKeyTimesOfCentre,
    json: keyTimesOfCentreJson,
  })
