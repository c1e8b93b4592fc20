import type Database from 'better-sqlite3'
import type { Store } from '../schema.ts'

/** Every table of a store that is up to date. */
const tables: Readonly<Record<keyof Store, true>> = {
  store: true,
  centres: true,
  users: true,
  user_roles: true,
  user_sites: true,
  assignments: true,
  credentials: true,
  wrong_sign_ins: true,
  account_requests: true,
  erased_accounts: true,
  imports: true,
  pin_sheets_owed: true,
  import_changes: true,
  learner_groups: true,
  tests: true,
  results: true,
  outbox: true,
  templates: true,
  audit: true,
  audit_personal: true,
}

/** The first table that a store should have and has not: what is left of it cannot be trusted. */
export function missingTable(raw: Database.Database): string | undefined {
  const there = new Set(raw.prepare(`select name from sqlite_schema where type = 'table'`).pluck().all())
  return Object.keys(tables).find((name) => !there.has(name))
}
