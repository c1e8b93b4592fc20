import { centreIds } from '../db/centres/centres.ts'
import {
  applyChanges,
  changeListDigest,
  insertCentres,
  insertImport,
  insertUsers,
} from '../db/imports/write.ts'
import type { NewUserRow } from '../db/schema.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { centreSearchKey } from '../search-key.ts'
import { newUser } from '../rules/users/new-user.ts'
import { permit } from '../rules/permissions/decide.ts'
import type { Opening } from '../rules/releases/what-opens.ts'
import { appendAudit } from '../rules/audit/append.ts'
import type { Deletions } from './deletions.ts'
import type { Nonces } from './pin-sheet.ts'
import type { Plan } from './plan.ts'
import { withProgress } from './progress.ts'

export interface Source {
  file: string
  sheet: string
  digest: string
}

export interface Counts {
  rows: Plan['rows']
  centres: { created: number; renamed: number; unchanged: number; restored: number; deleted: number }
  users: { created: number; replaced: number; unchanged: number; deleted: number }
}

export function countsOf(plan: Plan, deletions: Deletions): Counts {
  const replaced = plan.newUsers.replaced ?? countReplaced(plan.newUsers)
  return {
    rows: plan.rows,
    centres: {
      created: plan.newCentres.length,
      renamed: plan.renames.length,
      unchanged: plan.unchanged.centres,
      restored: plan.restores.length,
      deleted: deletions.centres.length,
    },
    users: {
      created: plan.newUsers.length - replaced,
      replaced,
      unchanged: plan.unchanged.users,
      deleted: deletions.users.length,
    },
  }
}

function countReplaced(users: Plan['newUsers']): number {
  let replaced = 0
  for (const { replaces } of users) if (replaces) replaced += 1
  return replaced
}

/** Whether applying would change nothing at all. */
export function changesNothing({ centres, users }: Counts): boolean {
  const { created, renamed, restored, deleted } = centres
  return created + renamed + restored + deleted + users.created + users.replaced + users.deleted === 0
}

interface Applying {
  plan: Plan
  deletions: Deletions
  source: Source
  /** What is open for those whom the import creates or restores. */
  opens: readonly Opening[]
  nonces: Nonces
  ctx: RuleContext
  /** Called with how many users have been saved. */
  onUser: (done: number) => void
}

/** Applies a plan unchanged, in one transaction. @returns the import's number */
export async function applyImport(
  trx: Trx,
  { plan, deletions, source, opens, nonces, ctx, onUser }: Applying,
): Promise<number> {
  const { actor } = ctx
  permit(ctx, 'centres.import', { name: source.file })
  const at = ctx.at.toISOString()
  const counts = countsOf(plan, deletions)
  const email = actor.kind === 'user' ? actor.email : null
  const { operator } = actor
  const importId = await insertImport(trx, { ...source, at, operator, actor: email, counts })

  const writeOptions = { importId, at }
  const created = await insertCentres(trx, plan.newCentres, { ...writeOptions, searchKeyOf: centreSearchKey })
  const saved = new Set<string>()
  for (const { centre } of plan.newUsers) if (!created.has(centre)) saved.add(centre)
  const ids = await centreIds(trx, saved)
  const idOf = (number: string) => created.get(number) ?? ids.get(number)
  const users = usersToInsert(plan, { nonces, idOf, importId, at })
  await insertUsers(trx, plan.newUsers.length, withProgress(users, onUser))
  const numbers = new Map(plan.renames.map(({ id, number }) => [id, number]))
  await applyChanges(trx, changesOf(plan, deletions), {
    ...writeOptions,
    searchKeyOf: ({ id, name }) => centreSearchKey({ number: numbers.get(id) ?? '', name }),
  })
  const opensInLog = opens.map(({ release: { id }, centres, users }) => ({ release: id, centres, users }))
  await appendAudit(trx, {
    actor,
    at: ctx.at,
    action: 'centres.imported',
    subject: source.file,
    facts: {
      import: importId,
      counts,
      digest: source.digest,
      changes: await changeListDigest(trx, importId),
      ...(opensInLog.length > 0 ? { opens: opensInLog } : {}),
    },
  })
  return importId
}

function* usersToInsert(
  plan: Plan,
  {
    nonces,
    idOf,
    importId,
    at,
  }: { nonces: Nonces; idOf: (number: string) => number | undefined; importId: number; at: string },
): Generator<{ row: NewUserRow; roles: readonly string[] }> {
  let position = 0
  for (const { email, key, firstName, lastName, centre, hubRole, roles } of plan.newUsers) {
    const centreId = idOf(centre)
    if (centreId === undefined)
      throw new Error(`the plan puts somebody at ${centre}, which is not in the store`)
    const person = { address: { email, key }, firstName, lastName, centreId, hubRole }
    yield { row: newUser(person, { at, pinNonce: nonces.at(position), importId }), roles }
    position += 1
  }
}

function changesOf(plan: Plan, deletions: Deletions) {
  const noValues = { centre_id: null, user_id: null, before: null, after: null }
  return [
    ...plan.restores.map(({ id }) => ({ ...noValues, kind: 'centre-restored' as const, centre_id: id })),
    ...plan.renames.map(({ id, before, after }) => ({
      ...noValues,
      kind: 'centre-renamed' as const,
      centre_id: id,
      before,
      after,
    })),
    ...plan.activations.map(({ id }) => ({ ...noValues, kind: 'centre-activated' as const, centre_id: id })),
    ...deletions.centres.map(({ id }) => ({ ...noValues, kind: 'centre-deleted' as const, centre_id: id })),
    ...deletions.users.map(({ id }) => ({ ...noValues, kind: 'user-deleted' as const, user_id: id })),
  ]
}

/** Fresh nonces for the PINs of a plan's new users: slices, made on demand, of one random buffer. */
export function noncesFor(plan: Plan, random: (bytes: number) => Buffer): Nonces {
  const nonceBytes = random(16 * plan.newUsers.length)
  return { at: (position) => nonceBytes.subarray(position * 16, position * 16 + 16) }
}
