import type { Kysely } from 'kysely'
import { numberWithoutSlips } from '../../near-number.ts'
import type { Store } from '../schema.ts'

/** For numbers that nobody has, the live centre whose number each of them surely is: its zeros lost, or O for 0. */
export async function centresMeantBy(
  db: Kysely<Store>,
  numbers: readonly string[],
): Promise<Map<string, string>> {
  const meant = new Map<string, string>()
  if (numbers.length === 0) return meant
  const wanted = new Map<string, string[]>()
  for (const number of numbers) {
    const key = numberWithoutSlips(number)
    wanted.set(key, [...(wanted.get(key) ?? []), number])
  }
  const centres = db.selectFrom('centres').select('number').where('deleted_at', 'is', null).orderBy('number')
  const unsure = new Set<string>()
  for await (const { number } of centres.stream())
    for (const one of wanted.get(numberWithoutSlips(number)) ?? []) {
      if (meant.has(one)) unsure.add(one)
      meant.set(one, number)
    }
  for (const number of unsure) meant.delete(number)
  return meant
}
