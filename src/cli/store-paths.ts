import type { Session } from './session.ts'

/** Where the store and its key are; settings always say it. */
export function placesOf({ settings }: Pick<Session, 'settings'>): { db: string; keyFile: string } {
  const { db, keyFile } = settings
  if (db.value === undefined || keyFile.value === undefined) throw new Error('settings name no store')
  return { db: db.value, keyFile: keyFile.value }
}
