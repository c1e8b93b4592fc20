import type { Kysely } from 'kysely'
import type { Store } from '../schema.ts'
import { changeListDigest } from '../imports/write.ts'
import { importActions } from './events.ts'
import { readObject } from './personal-values.ts'

/** The log's account of an import: as applied, or as left when it was undone. */
interface ImportInLog {
  state: 'applied' | 'undone'
  /** The digest of its change list; undefined for an undo logged before digests were. */
  changes: unknown
}

/** Messages about imports that are not as the log says. */
export async function importProblems(db: Kysely<Store>): Promise<string[]> {
  const inLog = await importsInLog(db)
  const rows = await db.selectFrom('imports').select(['id', 'state']).orderBy('id').execute()
  const inStore = new Map(rows.map(({ id, state }) => [id, state]))
  const problems: string[] = []
  for (const [number, { state, changes }] of inLog) {
    if (inStore.get(number) !== state)
      problems.push(`import ${number} is not ${state} in the store, as the log says it is`)
    else if (changes !== undefined && changes !== (await changeListDigest(db, number)))
      problems.push(`what import ${number} did is not what the log says it did`)
  }
  for (const { id } of rows) if (!inLog.has(id)) problems.push(`the log names no import ${id}`)
  return problems
}

/**
 * The other imports that changed what this one created, and are as the log says. Undoing this one takes the users and
 * centres that it removes out of their change lists too.
 */
export async function intactImportsAbout(db: Kysely<Store>, importId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('import_changes')
    .leftJoin('users', 'users.id', 'import_changes.user_id')
    .leftJoin('centres', 'centres.id', 'import_changes.centre_id')
    .select('import_id')
    .distinct()
    .where('import_id', '<>', importId)
    .where((eb) =>
      eb.or([eb('users.created_by_import', '=', importId), eb('centres.created_by_import', '=', importId)]),
    )
    .orderBy('import_id')
    .execute()
  if (rows.length === 0) return []
  const inLog = await importsInLog(db)
  const intact: number[] = []
  for (const { import_id } of rows) {
    if (inLog.get(import_id)?.changes === (await changeListDigest(db, import_id))) intact.push(import_id)
  }
  return intact
}

async function importsInLog(db: Kysely<Store>): Promise<Map<number, ImportInLog>> {
  const events = await db
    .selectFrom('audit')
    .select(['action', 'facts'])
    .where('action', 'in', importActions)
    .orderBy('id')
    .execute()
  const found = new Map<number, ImportInLog>()
  for (const { action, facts } of events) {
    const { import: number, changes, others } = readObject(facts) ?? {}
    const state = action === 'centres.imported' ? 'applied' : 'undone'
    if (typeof number === 'number') found.set(number, { state, changes })
    for (const [other, left] of Object.entries(others ?? {})) {
      const known = found.get(Number(other))
      if (known) found.set(Number(other), { ...known, changes: left })
    }
  }
  return found
}
