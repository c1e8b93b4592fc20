import type { CentreKind, HubRole, PinState, UserStatus } from '../../db/schema.ts'
import type { ListedUser } from '../../db/users/users.ts'
import { endOfPin, lifetimes } from '../credentials/lifetimes.ts'

interface CentreOfUser {
  id: number
  number: string
  name: string
  kind: CentreKind
  deleted: boolean
}

/** A user as the rules and the answers see them. */
export interface Account {
  id: number
  email: string
  emailKey: string
  firstName: string
  lastName: string
  centre: CentreOfUser | null
  hubRole: HubRole | null
  /** The hub role first, then the service roles in order of name. */
  roles: string[]
  /** Roles that follow from `roles` and the centre, and are never granted. */
  derivedRoles: string[]
  sites: string[]
  /** The associate centres assigned to them, by id. */
  assigned: number[]
  status: UserStatus
  statusBeforeSuspension: 'invited' | 'active' | null
  statusBeforeDeletion: 'invited' | 'active' | 'suspended' | null
  canSignIn: boolean
  blocker: SignInBlocker | null
  coordinatorSuspended: boolean
  pin: PinState | 'expired'
  /** When the PIN was issued, as ISO time; null unless its state is `issued`, so never for a used or void PIN. */
  pinIssuedAt: string | null
  lastSignedInAt: string | null
  createdAt: string
  progressionTests: { learnerGroups: number; tests: number; results: number }
}

type UncountedUser = Omit<ListedUser, 'learner_groups' | 'tests' | 'results'>

/** An account read without counting the Progression Test data, which costs a query over its results. */
export type UncountedAccount = Omit<Account, 'progressionTests'>

export function accountOf(row: ListedUser, at: Date): Account {
  const progressionTests = {
    learnerGroups: row.learner_groups ?? 0,
    tests: row.tests ?? 0,
    results: row.results ?? 0,
  }
  // Assigned in place: for a hundred thousand accounts, copying the objects takes longer than all the rest.
  return Object.assign(uncountedAccountOf(row, at), { progressionTests })
}

export function uncountedAccountOf(row: UncountedUser, at: Date): UncountedAccount {
  const centre = centreOf(row)
  const coordinatorSuspended = row.coordinator_status === 'suspended'
  const blocker = signInBlocker({
    status: row.status,
    hasCentre: centre !== null,
    centreDeleted: centre?.deleted ?? false,
    isCoordinator: row.hub_role === 'coordinator',
    coordinatorSuspended,
  })
  return {
    // Columns that a list does not show are not selected, and get a neutral value here.
    id: row.id ?? 0,
    email: row.email,
    emailKey: row.email_key ?? '',
    firstName: row.first_name,
    lastName: row.last_name,
    centre,
    hubRole: row.hub_role,
    roles: rolesOf(row),
    derivedRoles: derivedRolesOf(row),
    sites: sitesOf(row),
    assigned: row.assigned_ids ? row.assigned_ids.split(',').map(Number) : [],
    status: row.status,
    statusBeforeSuspension: row.status_before_suspension ?? null,
    statusBeforeDeletion: row.status_before_deletion ?? null,
    canSignIn: blocker === null,
    blocker,
    coordinatorSuspended,
    pin: pinStatus({ state: row.pin_state ?? 'none', issuedAt: row.pin_issued_at ?? null, at }),
    pinIssuedAt: row.pin_state === 'issued' ? (row.pin_issued_at ?? null) : null,
    lastSignedInAt: row.last_signed_in_at,
    createdAt: row.created_at ?? '',
  }
}

function centreOf(row: UncountedUser): CentreOfUser | null {
  if (row.centre_id === null || row.centre_number === null || row.centre_kind === null) return null
  return {
    id: row.centre_id,
    number: row.centre_number,
    name: row.centre_name ?? '',
    kind: row.centre_kind,
    deleted: row.centre_deleted_at !== null,
  }
}

function rolesOf({ hub_role, role_names }: UncountedUser): string[] {
  const others = role_names ? role_names.split(',') : []
  return hub_role ? [hub_role, ...others] : others
}

/** An account has at most one hub role, and any number of service roles. */
export function isHubRole(name: string): name is HubRole {
  return name === 'coordinator' || name === 'admin' || name === 'teacher'
}

/** Derived, never granted: the exams officers of a school, and of an associate centre marked for it. */
function derivedRolesOf({ role_names, centre_kind, centre_global_listening }: UncountedUser): string[] {
  const listens =
    centre_kind === 'school' || (centre_kind === 'associate-centre' && centre_global_listening === 1)
  return listens && role_names?.split(',').includes('exams-officer') ? ['global-listening'] : []
}

/** The hub itself comes with every hub role. */
function sitesOf({ hub_role, site_names }: UncountedUser): string[] {
  const others = site_names ? site_names.split(',') : []
  return hub_role ? ['school-support-hub', ...others] : others
}

/** The user in a sentence: their name, or their address when they have no name. */
export function nameOf({
  firstName,
  lastName,
  email,
}: Pick<Account, 'firstName' | 'lastName' | 'email'>): string {
  return `${firstName} ${lastName}`.trim() || email
}

export type SignInBlocker =
  | 'deleted'
  | 'suspended'
  | 'no-centre'
  | 'centre-deleted'
  | 'coordinator-suspended'
  | 'invited'

interface SignInFacts {
  status: UserStatus
  hasCentre: boolean
  centreDeleted: boolean
  isCoordinator: boolean
  coordinatorSuspended: boolean
}

/** The first rule that keeps a user from signing in; derived when asked, never stored. */
function signInBlocker(account: SignInFacts): SignInBlocker | null {
  if (account.status === 'deleted' || account.status === 'suspended') return account.status
  if (!account.hasCentre) return 'no-centre'
  if (account.centreDeleted) return 'centre-deleted'
  if (account.coordinatorSuspended && !account.isCoordinator) return 'coordinator-suspended'
  return account.status === 'invited' ? 'invited' : null
}

/** @param issuedAt ISO time, null for a PIN that was never issued */
export function pinStatus({
  state,
  issuedAt,
  at,
}: {
  state: PinState
  issuedAt: string | null
  at: Date
}): PinState | 'expired' {
  if (state !== 'issued' || issuedAt === null) return state
  return issuedAt <= pinExpiryCutoff(at) ? 'expired' : 'issued'
}

/** When the user's PIN expires or expired, as ISO time; null where there is none, or it was used or is void. */
export function pinValidUntil({ pinIssuedAt }: Pick<Account, 'pinIssuedAt'>): string | null {
  return pinIssuedAt === null ? null : endOfPin(pinIssuedAt)
}

/** A PIN issued at or before this ISO time has expired. */
export function pinExpiryCutoff(at: Date): string {
  return new Date(at.getTime() - lifetimes.pin).toISOString()
}
