import {
  findContent,
  finishUpload,
  insertContent,
  mendContent,
  removeUpload,
  type Content,
  markMismatch,
  readPieces,
  wholeContents,
} from '../db/contents.ts'
import { type Upload, unfinishedUploads } from '../db/leftovers.ts'
import { timeOf, awaitAll, type Trx } from '../db/transact.ts'
import { Refused, Unavailable } from '../errors.ts'
import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Store } from '../db/schema.ts'
import { statusOfOwnerTag } from '../unfinished-files.ts'

/** A file whose bytes are in the store, or would be. */
export interface Uploaded {
  name: string
  sha256: string
  bytes: number
  /** The upload that has the pieces; absent where the store has the bytes already, or they are in `piece`. */
  uploadId?: number
  /** All bytes, inserted by the transaction that refers to them; any bytes in a rehearsal, which is rolled back. */
  piece?: Buffer
}

/** The bytes of a file in the store. */
interface StoredContent {
  contentId: number
  /** Whether the bytes had been damaged or left out of the store, and are now replaced. */
  mended: boolean
  /** Whether this change inserted the bytes, so that nothing else refers to them. */
  isNew: boolean
}

/**
 * Completes an upload, in the transaction that refers to it. Equal bytes are stored once; a new upload of bytes that
 * are damaged in the store replaces them. @throws `upload-interrupted`
 */
export async function storeContent(trx: Trx, file: Uploaded): Promise<StoredContent> {
  const { name, sha256, bytes, uploadId, piece } = file
  const [added, existing] = await awaitAll(
    piece
      ? insertContent(trx, { sha256, bytes, piece, at: timeOf(trx) })
      : uploadId === undefined
        ? Promise.resolve(undefined)
        : finishUpload(trx, { uploadId, sha256, bytes }),
    findContent(trx, sha256),
  )
  if (added !== undefined) return { contentId: added, mended: false, isNew: true }
  if (existing) {
    const mended = !existing.usable && (uploadId !== undefined || piece !== undefined)
    if (mended) await mendContent(trx, { ...file, contentId: existing.id })
    else if (uploadId !== undefined) await removeUpload(trx, uploadId)
    return { contentId: existing.id, mended, isNew: false }
  }
  throw new Refused('upload-interrupted', `The upload of ${name} was taken for one that was cut short.`, {
    hint: 'Try again.',
  })
}

interface ContentRequest extends Content {
  /** The name for messages. */
  label: string
  at: Date
}

/**
 * Streams the bytes piece by piece. @throws `content-damaged` after the last piece, if the SHA-256 differs from that of
 * the upload; `content-left-out` where the store was copied without the bytes
 */
export async function* readContent(
  db: Kysely<Store>,
  { id, sha256, bytes, label, at }: ContentRequest,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let read = 0
  for await (const piece of readPieces(db, id)) {
    hash.update(piece)
    read += piece.length
    yield piece
  }
  if (read === 0 && bytes > 0) {
    throw new Unavailable('content-left-out', `The bytes of ${label} are not in this store.`, {
      hint: 'The store was copied without them. Upload the file again, or use the store that has them.',
    })
  }
  if (hash.digest('hex') === sha256) return
  throw new Unavailable('content-damaged', `The bytes of ${label} are not those that were uploaded.`, {
    hint: 'Upload the file again; ssh-admin store check looks through the others.',
    onRollback: (trx: Trx) => markMismatch(trx, { contentId: id, at }),
  })
}

/** The result of checking all stored bytes. */
interface CheckedContents {
  /** Contents whose bytes differ from those that were uploaded. */
  damaged: Content[]
  /** Contents that are marked as damaged, and were found intact. */
  mended: Content[]
  /** Contents without bytes, because the store was copied without them. */
  leftOut: Content[]
  /** The number of uploads that were cut short. */
  broken: number
}

/** Reads all stored bytes, and compares their SHA-256 with that of the upload. */
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

/** Marks damaged contents, which `errors list` shows, and clears the mark of intact ones. */
export async function recordCheckedContents(
  trx: Trx,
  { damaged, mended }: Pick<CheckedContents, 'damaged' | 'mended'>,
  at: Date,
): Promise<void> {
  for (const { id } of damaged) await markMismatch(trx, { contentId: id, at })
  for (const { id } of mended) await markMismatch(trx, { contentId: id, at: null })
}

const maxUploadDuration = 24 * 60 * 60 * 1000

/** Uploads that will never be completed: their process has ended, or is unknown and a day has passed. */
export async function brokenUploads(db: Kysely<Store>, now: Date): Promise<Upload[]> {
  return (await unfinishedUploads(db)).filter(({ maker, begun_at }) => {
    const status = statusOfOwnerTag(maker ?? '')
    if (status !== 'unknown') return status === 'ended'
    return now.getTime() - Date.parse(begun_at) > maxUploadDuration
  })
}

/** Removes the remains of uploads that were cut short. @returns how many there were */
export async function sweepUploads(trx: Trx, now: Date): Promise<number> {
  const broken = await brokenUploads(trx, now)
  for (const { id } of broken) await removeUpload(trx, id)
  return broken.length
}
