import {
  findContent,
  finishUpload,
  insertContent,
  mendContent,
  removeUpload,
  type Content,
  noteMismatch,
  readPieces,
  wholeContents,
} from '../db/contents.ts'
import { type Upload, unfinishedUploads } from '../db/leftovers.ts'
import { timeOf, together, type Trx } from '../db/transact.ts'
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
  /** The upload that has its pieces; absent where the bytes are kept already, or are in `piece`. */
  uploadId?: number
  /** All of its bytes, which go in with the change that refers to them. In a rehearsal any stand for them: they are taken back. */
  piece?: Buffer
}

/** The bytes of a file in the store. */
interface StoredContent {
  contentId: number
  /** They were damaged, or had been left out of the store, and are right again. */
  mended: boolean
  /** They came with this change: nothing else refers to them. */
  isNew: boolean
}

/**
 * Makes what was uploaded whole, in the transaction that refers to it; equal bytes are kept once, and what was uploaded
 * again takes the place of bytes that are damaged.
 */
export async function keepContent(trx: Trx, file: Uploaded): Promise<StoredContent> {
  const { name, sha256, bytes, uploadId, piece } = file
  const [added, there] = await together(
    piece
      ? insertContent(trx, { sha256, bytes, piece, at: timeOf(trx) })
      : uploadId === undefined
        ? Promise.resolve(undefined)
        : finishUpload(trx, { uploadId, sha256, bytes }),
    findContent(trx, sha256),
  )
  if (added !== undefined) return { contentId: added, mended: false, isNew: true }
  if (there) {
    const mended = !there.usable && (uploadId !== undefined || piece !== undefined)
    if (mended) await mendContent(trx, { ...file, contentId: there.id })
    else if (uploadId !== undefined) await removeUpload(trx, uploadId)
    return { contentId: there.id, mended, isNew: false }
  }
  throw new Refused('upload-interrupted', `The upload of ${name} was taken for one that was cut short.`, {
    hint: 'Try again.',
  })
}

interface ContentRequest extends Content {
  /** As a message names it. */
  named: string
  at: Date
}

/**
 * The bytes as they were uploaded, piece by piece. @throws `content-damaged` after the last where they are others,
 * and `content-left-out` where the store was copied without them
 */
export async function* readContent(
  db: Kysely<Store>,
  { id, sha256, bytes, named, at }: ContentRequest,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let read = 0
  for await (const piece of readPieces(db, id)) {
    hash.update(piece)
    read += piece.length
    yield piece
  }
  if (read === 0 && bytes > 0) {
    throw new Unavailable('content-left-out', `The bytes of ${named} are not in this store.`, {
      hint: 'The store was copied without them. Upload the file again, or use the store that has them.',
    })
  }
  if (hash.digest('hex') === sha256) return
  throw new Unavailable('content-damaged', `The bytes of ${named} are not those that were uploaded.`, {
    hint: 'Upload the file again; ssh-admin store check looks through the others.',
    onRollback: (trx: Trx) => noteMismatch(trx, { contentId: id, at }),
  })
}

/** What is wrong with the bytes that are kept. */
interface CheckedContents {
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

const longestUpload = 24 * 60 * 60 * 1000

/** Uploads that will never be whole: their process has ended, or nobody can tell and a day has passed. */
export async function brokenUploads(db: Kysely<Store>, now: Date): Promise<Upload[]> {
  return (await unfinishedUploads(db)).filter(({ maker, begun_at }) => {
    const status = statusOfOwnerTag(maker ?? '')
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
