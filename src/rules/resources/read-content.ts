import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type Content, noteMismatch, readPieces } from '../../db/contents/contents.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { Unavailable } from '../../errors.ts'

interface Wanted extends Content {
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
  { id, sha256, bytes, named, at }: Wanted,
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
