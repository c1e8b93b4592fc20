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
  key_times: true,
  contents: true,
  content_pieces: true,
  resources: true,
  resource_components: true,
  help_documents: true,
  help_document_versions: true,
  entries: true,
  releases: true,
  release_resources: true,
  release_audiences: true,
}

export const tableNames: readonly string[] = Object.keys(tables)
