import { type Kysely, type RawBuilder, sql } from 'kysely'
import { anyOf } from '../portable.ts'
import { groupBy } from '../rows.ts'
import type { Store } from '../schema.ts'

/**
 * A key that is equal for centre numbers that differ only by zeros before their digits, O for 0, or I or L for 1: EG01
 * and EG001. Another digit means another centre.
 */
export function nearKey(number: string): string {
  if (!slips.test(number)) return number
  return withoutZeros(number.replaceAll('O', '0').replace(/[IL]/g, '1'))
}

/**
 * A stricter key for hints, equal for numbers that surely mean the same centre: as `nearKey`, but the two letters of a
 * country in front must be equal. OM123 is in Oman, and MO123 in Macao.
 */
export function hintKey(number: string): string {
  const [country = ''] = /^[A-Z]{2}/.exec(number) ?? []
  return `${country} ${nearKey(number)}`
}

const slips = /[OIL]|(?<!\d)0/

export function withoutZeros(number: string): string {
  return number.replace(/^0+|(?<=[A-Z])0+(?=\d)/g, '')
}

/** Matches centres with nearly one of these numbers, and some others, by the expression of the store's index. */
export function hasNearNumber(numbers: Iterable<string>): RawBuilder<boolean> {
  const keys = Array.from(numbers, (number) => number.replace(/[O0]/g, '').replace(/[IL]/g, '1'))
  const indexed = sql`replace(replace(replace(replace(number, 'O', ''), '0', ''), 'I', '1'), 'L', '1')`
  return anyOf(indexed, [...new Set(keys)])
}

/** For unknown numbers, the live centre that each surely means: zeros are missing, or O stands for 0. */
export async function centresNearNumbers(
  db: Kysely<Store>,
  numbers: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  if (numbers.length === 0) return found
  const near = await db
    .selectFrom('centres')
    .select('number')
    .where('deleted_at', 'is', null)
    .where(hasNearNumber(numbers))
    .execute()
  const byKey = groupBy(near, ({ number }) => hintKey(number))
  for (const number of numbers) {
    const [one, another] = byKey.get(hintKey(number)) ?? []
    if (one && !another) found.set(number, one.number)
  }
  return found
}
