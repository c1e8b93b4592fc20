import type { ColumnType, Generated, Insertable, Selectable } from 'kysely'

/** The tables. Times are UTC ISO-8601 text, booleans 0 or 1, and absent values null. */
export interface Store {
  store: StoreTable
  centres: CentreTable
  users: UserTable
  user_roles: UserRoleTable
  user_sites: UserSiteTable
  assignments: AssignmentTable
  credentials: CredentialTable
  wrong_sign_ins: WrongSignInTable
  account_requests: AccountRequestTable
  erased_accounts: ErasedAccountTable
  imports: ImportTable
  pin_sheets_owed: PendingPinSheetTable
  import_changes: ImportChangeTable
  learner_groups: LearnerGroupTable
  tests: TestTable
  results: ResultTable
  outbox: OutboxTable
  templates: TemplateTable
  audit: AuditTable
  audit_personal: AuditPersonalTable
  key_times: KeyTimeTable
  contents: ContentTable
  content_pieces: ContentPieceTable
  resources: ResourceTable
  resource_components: ResourceComponentTable
  help_documents: HelpDocumentTable
  help_document_versions: HelpDocumentVersionTable
  entries: EntryTable
  releases: ReleaseTable
  release_resources: ReleaseResourceTable
  release_audiences: ReleaseAudienceTable
}

interface StoreTable {
  id: 1
  store_id: string
  key_fingerprint: string
  created_at: string
  /** The version of ssh-admin that began it or brought it up to date. */
  program: string
}

export type CentreKind = 'school' | 'associate' | 'associate-centre'

export interface CentreTable {
  id: Generated<number>
  number: string
  name: string
  folded: string
  kind: CentreKind
  associate_id: number | null
  /** The status of the centre while it is not deleted. */
  status: 'approved' | 'active'
  address: string
  town: string
  postcode: string
  /** ISO 3166 alpha-2. */
  country: string
  british_council: number
  global_listening: number
  created_at: string
  edited_at: string | null
  deleted_at: string | null
  created_by_import: number | null
  /** The IANA time zone given for it; null: the only one of its country, or unknown. */
  time_zone: string | null
}

export type HubRole = 'coordinator' | 'admin' | 'teacher'
export type UserStatus = 'invited' | 'active' | 'suspended' | 'deleted'
export type PinState = 'none' | 'issued' | 'used' | 'void'

export interface UserTable {
  id: Generated<number>
  /** The address as it is shown and written to. */
  email: string
  /** The address as it is compared: NFC, lower case, ASCII domain. */
  email_key: string
  first_name: string
  last_name: string
  /** First name, last name and address, folded for searching. */
  folded: string
  centre_id: number | null
  hub_role: HubRole | null
  status: UserStatus
  /** The status that restoring a suspended user gives back. */
  status_before_suspension: 'invited' | 'active' | null
  /** The status that restoring a deleted user gives back. */
  status_before_deletion: 'invited' | 'active' | 'suspended' | null
  password_hash: string | null
  pin_nonce: Buffer | null
  pin_state: PinState
  pin_issued_at: string | null
  pin_wrong_tries: number
  created_at: string
  edited_at: string | null
  /** When the user was last suspended; kept after they are restored. */
  suspended_at: string | null
  deleted_at: string | null
  last_signed_in_at: string | null
  created_by_import: number | null
}

interface UserRoleTable {
  user_id: number
  role: string
}

interface UserSiteTable {
  user_id: number
  site: string
}

/** An associate centre that an account of its Associate acts for. */
interface AssignmentTable {
  centre_id: number
  user_id: number
}

export type CredentialPurpose = 'set-up' | 'reset' | 'temporary-password' | 'code'

/** A link, temporary password or verification code: its nonce only, never the secret. */
interface CredentialTable {
  id: Generated<number>
  user_id: number
  purpose: CredentialPurpose
  nonce: Buffer
  issued_at: string
  expires_at: string
  state: 'open' | 'used' | 'void'
  wrong_tries: ColumnType<number, number | undefined, number>
}

/** Wrong passwords in a row for a typed address, known or not, of which only the digest is kept. */
interface WrongSignInTable {
  address: string
  in_a_row: number
  last_at: string
}

/** A message that an account's owner asked for and got. */
interface AccountRequestTable {
  user_id: number
  at: string
}

/** An account whose owner was erased; it may be missing from this store, and come back with a backup. */
export interface ErasedAccountTable {
  user_id: number
  created_at: string
  /** Keyed digest of the address; null where it was erased before these were kept. */
  address: string | null
}

export interface ImportTable {
  id: Generated<number>
  file: string
  sheet: string
  digest: string
  state: 'applied' | 'undone'
  at: string
  operator: string
  actor: string | null
  /** The answer's `rows`, `centres` and `users`, as JSON. */
  counts: string
  undone_at: string | null
}

/** A PIN sheet that is not known to be in its place. */
interface PendingPinSheetTable {
  /** Null until the import is committed. */
  import_id: number | null
  unfinished: string
}

/** A change that an import made to an existing row; the rows that it created carry its number. */
export interface ImportChangeTable {
  import_id: number
  position: number
  kind: 'centre-renamed' | 'centre-restored' | 'centre-deleted' | 'centre-activated' | 'user-deleted'
  centre_id: number | null
  user_id: number | null
  before: string | null
  after: string | null
}

interface LearnerGroupTable {
  id: Generated<number>
  owner_id: number
  site: string
  name: string
  stage: string
}

interface TestTable {
  id: Generated<number>
  learner_group_id: number
  subject: string
  title: string
  taken_on: string
}

interface ResultTable {
  id: Generated<number>
  test_id: number
  learner: string
  mark: number | null
}

export type MessageState = 'queued' | 'written' | 'sent' | 'failed' | 'unknown' | 'cancelled'

/** A message owed to somebody. `fields` holds what the letter says, and never a secret. */
export interface OutboxTable {
  id: Generated<number>
  message_id: string
  user_id: number | null
  credential_id: number | null
  import_id: number | null
  to_address: string
  to_name: string
  letter: string
  subject: string
  fields: string
  state: MessageState
  attempts: ColumnType<number, number | undefined, number>
  last_error: string | null
  created_at: string
  next_try_at: string | null
  expires_at: string | null
  claimed_by: string | null
  claimed_at: string | null
  delivered_at: string | null
  file: string | null
}

/** A letter's parts as staff changed them; the shipped ones live in the program. */
export interface TemplateTable {
  name: string
  subject: string
  text: string
  html: string
  edited_at: string
  edited_by: string
}

export type EventKind = 'change' | 'refusal' | 'event'

/** Append-only and chained: `mac` seals this row and the one before it. */
export interface AuditTable {
  id: number
  segment: number
  at: string
  operator: string
  kind: EventKind
  action: string
  command: string
  /** JSON without a personal value. */
  facts: string
  /** JSON: field → salted digest of the personal value kept in `audit_personal`. */
  personal: string
  mac: Buffer
}

/** A personal value of an audit row, beside the chain so that it can be erased. */
export interface AuditPersonalTable {
  audit_id: number
  field: string
  user_id: number | null
  salt: Buffer | null
  value: string | null
}

export type ExamSession = 'AM' | 'PM' | 'EV'

/** The local time at which every candidate of a country, or of a part of it, is in the exam or supervised. */
export interface KeyTimeTable {
  id: Generated<number>
  /** ISO 3166 alpha-2. */
  country: string
  /** 1 to 6. */
  administrative_zone: number | null
  session: ExamSession
  /** `10:00`. */
  local_time: string
  /** IANA. */
  time_zone: string
  /** Null: every series. */
  series: string | null
  /** The first and the last day on which it applies, as dates. */
  from_date: string | null
  until_date: string | null
}

/** The bytes of a file, kept once however often it is uploaded. */
export interface ContentTable {
  id: Generated<number>
  /** Null until all of its pieces are there. */
  sha256: string | null
  bytes: number | null
  /** Who is uploading it, until it is complete. */
  maker: string | null
  begun_at: string
  /** When its bytes were last found to differ from those uploaded. */
  mismatch_at: string | null
}

interface ContentPieceTable {
  content_id: number
  position: number
  bytes: Buffer
}

export type ResourceKind = 'listening-audio' | 'pre-release' | 'specimen' | 'other'
export type ResourceArea = 'general' | 'tp'

/** A file for centres. */
export interface ResourceTable {
  id: Generated<number>
  title: string
  kind: ResourceKind
  area: ResourceArea
  series: string
  /** The name that it was uploaded under. */
  file: string
  content_id: number
  created_at: string
  withdrawn_at: string | null
}

interface ResourceComponentTable {
  resource_id: number
  /** Syllabus and component: `0500/12`. */
  component: string
}

/** A file for everybody who can sign in. */
interface HelpDocumentTable {
  id: Generated<number>
  title: string
  created_at: string
  withdrawn_at: string | null
}

interface HelpDocumentVersionTable {
  document_id: number
  /** From 1; the highest is the present version. */
  version: number
  file: string
  content_id: number
  created_at: string
}

/** A centre's candidates for a component in a series, as sent, whether the centre is known or not. */
export interface EntryTable {
  id: Generated<number>
  centre_number: string
  series: string
  component: string
  candidates: number
}

export type ReleaseState = 'draft' | 'released' | 'withdrawn'

/** Makes resources available to an audience from one moment until another. */
export interface ReleaseTable {
  id: Generated<number>
  name: string
  state: ReleaseState
  /** An ISO time, or relative to a Key Time: `key-time AM 2026-06-02 - 2h`. */
  opens: string
  closes: string | null
  created_at: string
  released_at: string | null
  withdrawn_at: string | null
}

interface ReleaseResourceTable {
  release_id: number
  resource_id: number
}

export type AudienceKind = 'all' | 'kind' | 'country' | 'zone' | 'centre' | 'entries'

/** A part of the audience of a release; a centre in any part is in the audience. */
interface ReleaseAudienceTable {
  release_id: number
  kind: AudienceKind
  /** A kind of centre, a country, an administrative zone or a centre's number; empty if the kind needs no value. */
  value: string
}

export type NewCentre = Insertable<CentreTable>
export type NewUserRow = Insertable<UserTable>
export type OutboxRow = Selectable<OutboxTable>
