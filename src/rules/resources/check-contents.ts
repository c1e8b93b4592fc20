import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type Content, noteMismatch, readPieces, wholeContents } from '../../db/contents/contents.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { brokenUploads } from './sweep-uploads.ts'

/** What is wrong with the bytes that are kept. */
export interface CheckedContents {
  /** Others than those that were uploaded. */
  damaged: Content[]
  /** Noted as damaged once, and right now. */
  mended: Content[]
  /** Not in this store at all: it was copied without them. */
  leftOut: Content[]
  /** Uploads that were cut short. */
  broken: number
}

/** Reads every byte that is kept, and compares it with what was uploaded. */
export async function checkContents(db: Kysely<Store>, now: Date): Promise<CheckedContents> {
  const checked: CheckedContents = { damaged: [], mended: [], leftOut: [], broken: 0 }
  for (const { mismatch_at, ...content } of await wholeContents(db)) {
    const hash = createHash('sha256')
    let read = 0
    for await (const piece of readPieces(db, content.id)) {
      hash.update(piece)
      read += piece.length
    }
    if (read === 0) checked.leftOut.push(content)
    else if (hash.digest('hex') !== content.sha256) checked.damaged.push(content)
    else if (mismatch_at !== null) checked.mended.push(content)
  }
  checked.broken = (await brokenUploads(db, now)).length
  return checked
}

/** Remembers it, so that the lists of errors tell of it. */
export async function noteChecked(
  trx: Trx,
  { damaged, mended }: Pick<CheckedContents, 'damaged' | 'mended'>,
  at: Date,
): Promise<void> {
  for (const { id } of damaged) await noteMismatch(trx, { contentId: id, at })
  for (const { id } of mended) await noteMismatch(trx, { contentId: id, at: null })
}
