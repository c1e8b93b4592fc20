import { findContent, finishUpload, removeUpload } from '../../db/contents/contents.ts'
import { transactionState, type Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'

/** A file whose bytes are in the store, or would be. */
export interface Uploaded {
  name: string
  sha256: string
  bytes: number
  /** The upload that has its pieces; absent where the bytes are kept already, or in a rehearsal. */
  uploadId?: number
}

/** Makes what was uploaded whole, in the transaction that refers to it; equal bytes are kept once. @returns its number */
export async function keepContent(trx: Trx, file: Uploaded): Promise<number> {
  const { name, sha256, bytes, uploadId } = file
  const there = await findContent(trx, sha256)
  if (there) {
    if (uploadId !== undefined) await removeUpload(trx, uploadId)
    return there.id
  }
  if (uploadId === undefined) return rehearsedContent(trx, file)
  if (await finishUpload(trx, { uploadId, sha256, bytes })) return uploadId
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
  return id
}
