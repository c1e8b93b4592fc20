import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { emptyLog, headFileOf, writeHeadFile } from '../src/db/audit/head-file.ts'
import { withDatabase } from '../src/db/sqlite/connection.ts'
import { openStore } from '../src/db/store/open.ts'
import { deriveKeys, writeKeyFile } from '../src/db/store/keys.ts'
import { openingOf } from './opening.ts'

let made: Promise<Buffer> | undefined

/** Lays down a store that nobody has used, with a key and a number of its own: the first one is made, and then copied. */
export async function layEmptyStore({
  path,
  keyFile,
  at,
}: {
  path: string
  keyFile: string
  at: Date
}): Promise<void> {
  made ??= makeEmptyStore()
  writeFileSync(path, await made, { mode: 0o600, flag: 'wx' })
  const secret = randomBytes(32)
  const row = [randomBytes(12).toString('hex'), deriveKeys(secret).fingerprint, at.toISOString()]
  withDatabase(path, (raw) =>
    raw.prepare('update store set store_id = ?, key_fingerprint = ?, created_at = ?').run(...row),
  )
  writeKeyFile(keyFile, secret)
  writeHeadFile(headFileOf(keyFile), emptyLog, { store: path })
}

async function makeEmptyStore(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-empty-'))
  try {
    const path = join(folder, 'hub.db')
    const opening = openingOf({ path, keyFile: `${path}.key`, mode: 'create', now: () => new Date() })
    await (await openStore(opening)).close()
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
