import type { Kysely } from 'kysely'
import { findKeyTimes, type KeyTimeRow } from '../../db/key-times.ts'
import { centresInTimeZone, timeZonesOfCentres } from '../../db/centres/list.ts'
import { findReleases } from '../../db/releases.ts'
import type { Findings } from '../../db/engine.ts'
import type { Store } from '../../db/schema.ts'
import { type Problem, Unavailable } from '../../errors.ts'
import { firstFew } from '../../format-number.ts'
import { readLocalTime, readSeries } from '../dates-and-times.ts'
import { isKnownZone } from '../key-times/time-zones.ts'
import { readStoredMoment } from '../releases/moment.ts'
import { isDate } from '../../plain-time.ts'

/**
 * Times in the store that no ssh-admin writes. Nothing opens by an invalid Key Time or time zone; an invalid moment
 * of a release is damage, because commands that list releases fail on it.
 */
export async function findingsOfTimes(db: Kysely<Store>): Promise<Findings> {
  const unknown = (await timeZonesOfCentres(db)).filter((zone) => !isKnownZone(zone))
  const ofCentres: Problem[] = []
  for (const zone of unknown) ofCentres.push(zoneFinding(zone, await centresInTimeZone(db, zone)))
  const keyTimes = await findKeyTimes(db)
  return {
    damage: (await findReleases(db)).flatMap(({ id, opens, closes }) =>
      [opens, closes].flatMap((moment) => (moment === null ? [] : momentFinding(id, moment))),
    ),
    warnings: [...keyTimes.flatMap(keyTimeFindings), ...ofCentres],
  }
}

const maxCentresNamed = 20

function zoneFinding(zone: string, numbers: readonly string[]): Problem {
  const [target = '', another] = numbers
  const isOne = another === undefined
  const who = firstFew(numbers, { max: maxCentresNamed })
  return {
    target,
    code: 'unknown-time-zone',
    message: `The ${isOne ? `centre ${who} has` : `centres ${who} have`} the time zone ${zone}, which is not known here.`,
    hint: `ssh-admin centres edit ${isOne ? target : 'CENTRE'} --time-zone ZONE${isOne ? '' : ', for each of them'}`,
  }
}

function momentFinding(id: number, moment: string): Problem[] {
  try {
    readStoredMoment(moment)
    return []
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return [{ target: `release ${id}`, code: error.code, message: error.message, hint: error.hint }]
  }
}

function keyTimeFindings(keyTime: KeyTimeRow): Problem[] {
  const { id, local_time: time, time_zone: zone, series, from_date: from, until_date: until } = keyTime
  const findings: Problem[] = []
  const finding = (code: string, what: string, mend: string) =>
    findings.push({
      target: `Key Time ${id}`,
      code,
      message: `Key Time ${id} ${what}.`,
      hint: `ssh-admin key-times edit ${id} ${mend}`,
    })
  if (readLocalTime(time) !== time)
    finding('invalid-time', `is at ${time}, which no clock shows`, '--local-time HH:MM')
  if (!isKnownZone(zone))
    finding('unknown-time-zone', `is of the time zone ${zone}, which is not known here`, '--time-zone ZONE')
  if (series !== null && readSeries(series) !== series)
    finding('invalid-series', `is of the series ${series}, which is none`, '--series SERIES')
  if (from !== null && !isDate(from))
    finding('invalid-date', `holds from ${from}, which is no day`, '--from DATE')
  if (until !== null && !isDate(until))
    finding('invalid-date', `holds until ${until}, which is no day`, '--until DATE')
  return findings
}
