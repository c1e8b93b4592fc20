import { findContent, finishUpload, mendContent, removeUpload } from '../../db/contents/contents.ts'
import { transactionState, type Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'

/** A file whose bytes are in the store, or would be. */
export interface Uploaded {
  name: string
  sha256: string
  bytes: number
  /** The upload that has its pieces; absent where the bytes are kept already, or in a rehearsal. */
  uploadId?: number
  /** Nothing of it is uploaded yet: what stands for it is taken back. */
  isRehearsed?: true
}

/** The bytes of a file in the store. */
export interface Kept {
  contentId: number
  /** They were damaged, or had been left out of the store, and are right again. */
  mended: boolean
}

/**
 * Makes what was uploaded whole, in the transaction that refers to it; equal bytes are kept once, and what was uploaded
 * again takes the place of bytes that are damaged.
 */
export async function keepContent(trx: Trx, file: Uploaded): Promise<Kept> {
  const { name, sha256, bytes, uploadId, isRehearsed = false } = file
  const there = await findContent(trx, sha256)
  if (there) {
    const mended = !there.usable && (uploadId !== undefined || isRehearsed)
    if (uploadId !== undefined && mended) await mendContent(trx, { contentId: there.id, uploadId })
    else if (uploadId !== undefined) await removeUpload(trx, uploadId)
    return { contentId: there.id, mended }
  }
  if (isRehearsed) return { contentId: await rehearsedContent(trx, file), mended: false }
  if (uploadId !== undefined && (await finishUpload(trx, { uploadId, sha256, bytes })))
    return { contentId: uploadId, mended: false }
  throw new Refused('upload-interrupted', `The upload of ${name} was taken for one that was cut short.`, {
    hint: 'Try again.',
  })
}

/** In a rehearsal nothing is uploaded: what stands for it is taken back with everything else. */
async function rehearsedContent(trx: Trx, { sha256, bytes }: Uploaded): Promise<number> {
  const begun_at = transactionState(trx).at.toISOString()
  const { id } = await trx
    .insertInto('contents')
    .values({ sha256, bytes, maker: null, begun_at, mismatch_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  const bytesOfNone = Buffer.alloc(1)
  await trx.insertInto('content_pieces').values({ content_id: id, position: 0, bytes: bytesOfNone }).execute()
  return id
}
