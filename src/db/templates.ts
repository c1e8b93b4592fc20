import type { Kysely, Selectable } from 'kysely'
import type { Store, TemplateTable } from './schema.ts'

export type TemplateRow = Selectable<TemplateTable>

/** A letter as staff changed it; undefined where it is as it was shipped. */
export function findTemplate(db: Kysely<Store>, name: string): Promise<TemplateRow | undefined> {
  return db.selectFrom('templates').selectAll().where('name', '=', name).executeTakeFirst()
}

export function changedTemplates(db: Kysely<Store>): Promise<TemplateRow[]> {
  return db.selectFrom('templates').selectAll().orderBy('name').execute()
}

export async function saveTemplate(db: Kysely<Store>, row: TemplateRow): Promise<void> {
  const { name, ...parts } = row
  await db
    .insertInto('templates')
    .values({ name, ...parts })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(parts))
    .execute()
}

export async function removeTemplate(db: Kysely<Store>, name: string): Promise<void> {
  await db.deleteFrom('templates').where('name', '=', name).execute()
}

/** What a letter to a user is filled with beside what its rule says: their centre, and the subject that staff gave the letter, if they did. */
export function centreAndSubject(
  db: Kysely<Store>,
  { userId, letter }: { userId: number; letter: string },
): Promise<{ name: string | null; number: string | null; subject: string | null } | undefined> {
  return db
    .selectFrom('users')
    .leftJoin('centres', 'centres.id', 'users.centre_id')
    .leftJoin('templates', (join) => join.on('templates.name', '=', letter))
    .select(['centres.name', 'centres.number', 'templates.subject'])
    .where('users.id', '=', userId)
    .executeTakeFirst()
}
