import type { Kysely } from 'kysely'
import type { ContentTable, Store } from './schema.ts'
import type { Trx } from './transact.ts'

/** Bytes that are whole. */
export interface Content {
  id: number
  sha256: string
  bytes: number
}

/** How many bytes of a file are one row: what is held in memory of it, and what one transaction writes. */
export const pieceLength = 1024 * 1024

/** The bytes that have this digest, where they are kept already; `usable` says that they are there and right, as far as is known. */
export async function findContent(
  db: Kysely<Store>,
  sha256: string,
): Promise<(Content & { usable: boolean }) | undefined> {
  const row = await db
    .selectFrom('contents')
    .leftJoin('content_pieces', (join) =>
      join.onRef('content_pieces.content_id', '=', 'contents.id').on('content_pieces.position', '=', 0),
    )
    .select(['contents.id', 'contents.bytes', 'contents.mismatch_at', 'content_pieces.position'])
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (!row) return undefined
  const usable = row.mismatch_at === null && row.position !== null
  return { id: row.id, sha256, bytes: row.bytes ?? 0, usable }
}

/** Puts what was uploaded again in the place of bytes that are damaged, or were left out. */
export async function mendContent(
  trx: Trx,
  { contentId, uploadId }: { contentId: number; uploadId: number },
): Promise<void> {
  await trx.deleteFrom('content_pieces').where('content_id', '=', contentId).execute()
  await trx
    .updateTable('content_pieces')
    .set({ content_id: contentId })
    .where('content_id', '=', uploadId)
    .execute()
  await trx.deleteFrom('contents').where('id', '=', uploadId).where('sha256', 'is', null).execute()
  await noteMismatch(trx, { contentId, at: null })
}

export function beginUpload(trx: Trx, { maker, at }: { maker: string; at: Date }): Promise<number> {
  return insertContent(trx, { sha256: null, bytes: null, maker, at })
}

/** Stands in a rehearsal for what would be uploaded, and is taken back with everything else. */
export async function insertRehearsedContent(
  trx: Trx,
  content: { sha256: string; bytes: number; at: Date },
): Promise<number> {
  const id = await insertContent(trx, { ...content, maker: null })
  const piece = { content_id: id, position: 0, bytes: Buffer.alloc(1) }
  await trx.insertInto('content_pieces').values(piece).execute()
  return id
}

type NewContent = Pick<ContentTable, 'sha256' | 'bytes' | 'maker'> & { at: Date }

async function insertContent(trx: Trx, { sha256, bytes, maker, at }: NewContent): Promise<number> {
  const { id } = await trx
    .insertInto('contents')
    .values({ sha256, bytes, maker, begun_at: at.toISOString(), mismatch_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** @returns false where the upload is no more */
export async function addPiece(
  trx: Trx,
  { uploadId, position, bytes }: { uploadId: number; position: number; bytes: Buffer },
): Promise<boolean> {
  const upload = await trx
    .selectFrom('contents')
    .select('id')
    .where('id', '=', uploadId)
    .where('sha256', 'is', null)
    .executeTakeFirst()
  if (!upload) return false
  await trx.insertInto('content_pieces').values({ content_id: uploadId, position, bytes }).execute()
  return true
}

/** Makes an upload whole. @returns false where the upload is no more */
export async function finishUpload(
  trx: Trx,
  { uploadId, sha256, bytes }: { uploadId: number; sha256: string; bytes: number },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('contents')
    .set({ sha256, bytes, maker: null })
    .where('id', '=', uploadId)
    .where('sha256', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Takes away what was uploaded of something that will never be whole; what is whole stays. */
export async function removeUpload(trx: Trx, id: number): Promise<void> {
  await trx
    .deleteFrom('content_pieces')
    .where('content_id', 'in', (unfinished) =>
      unfinished.selectFrom('contents').select('id').where('id', '=', id).where('sha256', 'is', null),
    )
    .execute()
  await trx.deleteFrom('contents').where('id', '=', id).where('sha256', 'is', null).execute()
}

/** The pieces in their order, one at a time. */
export async function* readPieces(db: Kysely<Store>, contentId: number): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += 1) {
    const piece = await db
      .selectFrom('content_pieces')
      .select('bytes')
      .where('content_id', '=', contentId)
      .where('position', '=', position)
      .executeTakeFirst()
    if (!piece) return
    yield piece.bytes
  }
}

/** Notes that bytes were others than those that were uploaded, or that they are right again. */
export async function noteMismatch(
  trx: Trx,
  { contentId, at }: { contentId: number; at: Date | null },
): Promise<void> {
  await trx
    .updateTable('contents')
    .set({ mismatch_at: at?.toISOString() ?? null })
    .where('id', '=', contentId)
    .execute()
}

/** Every content that is whole. */
export function wholeContents(db: Kysely<Store>): Promise<(Content & { mismatch_at: string | null })[]> {
  return db
    .selectFrom('contents')
    .select(['id', 'sha256', 'bytes', 'mismatch_at'])
    .where('sha256', 'is not', null)
    .$narrowType<{ sha256: string; bytes: number }>()
    .orderBy('id')
    .execute()
}
