import type { Kysely } from 'kysely'
import { removeUpload, type Upload, unfinishedUploads } from '../../db/contents/contents.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { statusOfMark } from '../../unfinished-files.ts'

const longestUpload = 24 * 60 * 60 * 1000

/** Uploads that will never be whole: their process has ended, or nobody can tell and a day has passed. */
export async function brokenUploads(db: Kysely<Store>, now: Date): Promise<Upload[]> {
  return (await unfinishedUploads(db)).filter(({ maker, begun_at }) => {
    const status = statusOfMark(maker ?? '')
    if (status !== 'unknown') return status === 'ended'
    return now.getTime() - Date.parse(begun_at) > longestUpload
  })
}

/** Takes away what was left of uploads that were cut short. @returns how many there were */
export async function sweepUploads(trx: Trx, now: Date): Promise<number> {
  const broken = await brokenUploads(trx, now)
  for (const { id } of broken) await removeUpload(trx, id)
  return broken.length
}
