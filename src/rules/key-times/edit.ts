import {
  changeKeyTime,
  findKeyTime,
  findKeyTimes,
  type KeyTimeRow,
  type NewKeyTime,
  removeKeyTime,
} from '../../db/key-times.ts'
import type { Trx } from '../../db/transact.ts'
import { NotFound, Refused, Usage } from '../../errors.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { type Closing, noticingWhatCloses } from '../releases/what-closes.ts'
import { contradictionOf, overlaps } from './key-time-rows.ts'
import { typedTimeZoneIn } from './time-zones.ts'

/** What is to be another; what is absent stays, and null takes it away. */
export interface KeyTimeChanges {
  administrativeZone?: number | null | undefined
  localTime?: string | undefined
  timeZone?: string | undefined
  series?: string | null | undefined
  from?: string | null | undefined
  until?: string | null | undefined
}

export interface ChangedKeyTime {
  keyTime: KeyTimeRow
  outcome: 'edited' | 'removed' | 'unchanged'
  /** For whom something closes by this that was open, and opens that was not. */
  closes: Closing[]
  opens: Closing[]
}

interface Editing {
  id: number
  changes: KeyTimeChanges | 'remove'
  ctx: RuleContext
}

/** Changes a Key Time, or takes it away. @throws `key-times-overlap` */
export async function editKeyTime(trx: Trx, { id, changes, ctx }: Editing): Promise<ChangedKeyTime> {
  const { by, at } = ctx
  const before = await findKeyTime(trx, id)
  if (!before) {
    throw new NotFound('key-time-not-found', `There is no Key Time ${id}.`, {
      hint: 'ssh-admin key-times list shows their numbers.',
    })
  }
  permit(ctx, 'key-times.edit', { name: `Key Time ${id}` })
  const subject = before.country
  const meant = { countries: [before.country] }
  if (changes === 'remove') {
    const { closes, opens } = await noticingWhatCloses(trx, {
      meant,
      ctx,
      work: () => removeKeyTime(trx, id),
    })
    const facts = { ...before, closes: closes.length, opens: opens.length }
    await appendAudit(trx, { by, at, action: 'key-times.removed', subject, facts })
    return { keyTime: before, outcome: 'removed', closes, opens }
  }
  const wanted = { ...before, ...columnsOf(before, changes) }
  const changed = Object.fromEntries(
    Object.entries(wanted)
      .filter(([name, value]) => new Map<string, unknown>(Object.entries(before)).get(name) !== value)
      .map(([name, value]) => [name, value]),
  )
  if (Object.keys(changed).length === 0)
    return { keyTime: before, outcome: 'unchanged', closes: [], opens: [] }
  refuseBackwards(wanted)
  if (wanted.local_time !== before.local_time) refuseContradiction(wanted)
  await refuseOverlap(trx, wanted)

  const { id: _, ...values } = wanted
  const { closes, opens } = await noticingWhatCloses(trx, {
    meant,
    ctx,
    work: () => changeKeyTime(trx, { id, ...values }),
  })
  const facts = { id, before, after: changed, closes: closes.length, opens: opens.length }
  await appendAudit(trx, { by, at, action: 'key-times.edited', subject, facts })
  return { keyTime: wanted, outcome: 'edited', closes, opens }
}

function columnsOf(before: KeyTimeRow, changes: KeyTimeChanges): Partial<NewKeyTime> {
  const { administrativeZone, localTime, timeZone, series, from, until } = changes
  return {
    ...(administrativeZone === undefined ? {} : { administrative_zone: administrativeZone }),
    ...(localTime === undefined ? {} : { local_time: localTime }),
    ...(timeZone === undefined ? {} : { time_zone: typedTimeZoneIn(before.country, timeZone) }),
    ...(series === undefined ? {} : { series }),
    ...(from === undefined ? {} : { from_date: from }),
    ...(until === undefined ? {} : { until_date: until }),
  }
}

function refuseContradiction({ session, local_time: time }: KeyTimeRow): void {
  const contradiction = contradictionOf(session, time)
  if (!contradiction) return
  throw new Usage(`The local time ${contradiction.message}.`, {
    code: 'time-not-in-session',
    hint: contradiction.hint,
  })
}

function refuseBackwards({ from_date, until_date }: KeyTimeRow): void {
  if (from_date === null || until_date === null || from_date <= until_date) return
  throw new Usage(`A Key Time cannot hold from ${from_date} until ${until_date}.`, {
    code: 'ends-before-it-begins',
    hint: 'Change --from or --until.',
  })
}

async function refuseOverlap(trx: Trx, wanted: KeyTimeRow): Promise<void> {
  const others = await findKeyTimes(trx, { countries: [wanted.country] })
  const other = others.find((one) => one.id !== wanted.id && overlaps(one, wanted))
  if (!other) return
  throw new Refused(
    'key-times-overlap',
    `Key Time ${other.id} (${other.local_time}) holds on the same days.`,
    {
      hint: `ssh-admin key-times edit ${other.id} --from DATE --until DATE`,
    },
  )
}
