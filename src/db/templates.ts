import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Store, TemplateTable } from './schema.ts'

type TemplateRow = Selectable<TemplateTable>

/** A letter's template as staff changed it; undefined if it is as shipped. */
export function findTemplate(db: Kysely<Store>, name: string): Promise<TemplateRow | undefined> {
  return db.selectFrom('templates').selectAll().where('name', '=', name).executeTakeFirst()
}

export function changedTemplates(db: Kysely<Store>): Promise<TemplateRow[]> {
  return db.selectFrom('templates').selectAll().orderBy('name').execute()
}

export async function saveTemplate(db: Kysely<Store>, row: TemplateRow): Promise<void> {
  const { name: _, ...parts } = row
  await db
    .insertInto('templates')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(parts))
    .execute()
}

export async function removeTemplate(db: Kysely<Store>, name: string): Promise<void> {
  await db.deleteFrom('templates').where('name', '=', name).execute()
}

/** A subquery for a letter's subject: the one that staff gave it, or else the shipped one. */
export function subjectOr(shipped: string, { letter }: { letter: string }): RawBuilder<string> {
  return sql<string>`coalesce((select subject from templates where name = ${letter}), ${shipped})`
}
