import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { openDatabase } from '../../src/db/sqlite/connection.ts'
import { firstVersionWithHead, headFileOf, writeHeadFile } from '../../src/db/audit/head-file.ts'
import { headIfAny } from '../../src/db/sqlite/inspect.ts'
import { migrate } from '../../src/db/sqlite/migrate.ts'

const at = (name: string) => new URL(name, import.meta.url)

/**
 * Writes a store with data as an older ssh-admin left it, its key, and its head where there was one. What 0001 wrote is kept as a file; those
 * after it are made of that by the migrations themselves, which are frozen.
 */
export async function writeOlderStore(path: string, version: number): Promise<void> {
  writeFileSync(path, gunzipSync(readFileSync(at('0001.db.gz'))), { mode: 0o600 })
  copyFileSync(at('0001.key'), `${path}.key`)
  chmodSync(`${path}.key`, 0o600)
  if (version === 1) return
  const raw = openDatabase(path)
  await migrate(raw, { path, to: version })
  const head = headIfAny(raw)
  raw.close()
  if (head && version >= firstVersionWithHead) writeHeadFile(headFileOf(`${path}.key`), head)
}
