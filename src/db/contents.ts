import type { Kysely } from 'kysely'
import type { Store } from './schema.ts'
import { sendWithNext, type Trx } from './transact.ts'

/** The complete bytes of a file. */
export interface Content {
  id: number
  sha256: string
  bytes: number
}

/** The size of one row of a file's bytes: as much is held in memory, and written in one transaction. */
export const pieceLength = 1024 * 1024

/** The content with this digest, if it is stored; `usable` unless its bytes are missing or known to be damaged. */
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

/** Replaces bytes that are damaged or missing by those of a new upload, or by a single piece. */
export async function mendContent(
  trx: Trx,
  { contentId, uploadId, piece }: { contentId: number; uploadId?: number; piece?: Buffer },
): Promise<void> {
  await sendWithNext(trx, trx.deleteFrom('content_pieces').where('content_id', '=', contentId))
  if (piece) await insertPiece(trx, { contentId, piece })
  if (uploadId !== undefined) {
    const moved = trx.updateTable('content_pieces').set({ content_id: contentId })
    await sendWithNext(trx, moved.where('content_id', '=', uploadId))
    await sendWithNext(trx, trx.deleteFrom('contents').where('id', '=', uploadId).where('sha256', 'is', null))
  }
  await markMismatch(trx, { contentId, at: null })
}

/** Begins an upload unless intact bytes with this digest are stored. @returns its number; undefined if they are */
export async function beginUpload(
  trx: Trx,
  { sha256, maker, at }: { sha256: string; maker: string; at: Date },
): Promise<number | undefined> {
  const row = await trx
    .insertInto('contents')
    .columns(['maker', 'begun_at'])
    .expression(
      trx
        .selectNoFrom(({ val }) => [val(maker).as('maker'), val(at.toISOString()).as('begun_at')])
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('contents')
                .innerJoin('content_pieces', 'content_id', 'contents.id')
                .select('contents.id')
                .where('sha256', '=', sha256)
                .where('mismatch_at', 'is', null),
            ),
          ),
        ),
    )
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

interface WholeContent {
  sha256: string
  bytes: number
  at: Date
  /** All of the bytes. */
  piece: Buffer
}

/** Adds bytes of one piece unless some with their digest are stored. @returns their number; undefined if some are */
export async function insertContent(
  trx: Trx,
  { sha256, bytes, at, piece }: WholeContent,
): Promise<number | undefined> {
  const row = await trx
    .insertInto('contents')
    .values({ sha256, bytes, maker: null, begun_at: at.toISOString(), mismatch_at: null })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row) await insertPiece(trx, { contentId: row.id, piece })
  return row?.id
}

async function insertPiece(
  trx: Trx,
  { contentId, piece }: { contentId: number; piece: Buffer },
): Promise<void> {
  const values = { content_id: contentId, position: 0, bytes: piece }
  await sendWithNext(trx, trx.insertInto('content_pieces').values(values))
}

/** Adds nothing if the upload has been removed; `finishUpload` then returns undefined. */
export async function addPiece(
  trx: Trx,
  { uploadId, position, bytes }: { uploadId: number; position: number; bytes: Buffer },
): Promise<void> {
  const added = trx
    .insertInto('content_pieces')
    .columns(['content_id', 'position', 'bytes'])
    .expression((eb) =>
      eb
        .selectFrom('contents')
        .select(['id', eb.val(position).as('position'), eb.val(bytes).as('bytes')])
        .where('id', '=', uploadId)
        .where('sha256', 'is', null),
    )
  await sendWithNext(trx, added)
}

/** Completes an upload that still exists, unless bytes with its digest are stored. @returns its number */
export async function finishUpload(
  trx: Trx,
  { uploadId, sha256, bytes }: { uploadId: number; sha256: string; bytes: number },
): Promise<number | undefined> {
  const row = await trx
    .updateTable('contents')
    .set({ sha256, bytes, maker: null })
    .where('id', '=', uploadId)
    .where('sha256', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('contents as same').select('same.id').where('same.sha256', '=', sha256))),
    )
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** Removes an upload that will never be completed; does nothing to a complete one. */
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

/** Notes when bytes were found to differ from those uploaded; null clears the note. */
export async function markMismatch(
  trx: Trx,
  { contentId, at }: { contentId: number; at: Date | null },
): Promise<void> {
  const update = trx.updateTable('contents').set({ mismatch_at: at?.toISOString() ?? null })
  await sendWithNext(trx, update.where('id', '=', contentId))
}

/** Every complete content. */
export function wholeContents(db: Kysely<Store>): Promise<(Content & { mismatch_at: string | null })[]> {
  return db
    .selectFrom('contents')
    .select(['id', 'sha256', 'bytes', 'mismatch_at'])
    .where('sha256', 'is not', null)
    .$narrowType<{ sha256: string; bytes: number }>()
    .orderBy('id')
    .execute()
}
