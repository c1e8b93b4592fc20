import { setCentreFacts, unassignEverybody } from '../../db/centres/changes.ts'
import { centresNamedLike } from '../../db/centres/centres.ts'
import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { readChangedCentre, type ChangedCentre, differences, factsOf, factsAfter } from './changed.ts'
import type { CentreOptions } from './options.ts'
import type { Closing } from '../releases/what-closes.ts'
import { findCentre } from './find.ts'
import { searchKey, centreSearchKey } from '../../search-key.ts'
import { centreTarget, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

/** Numbers of other centres with the same name, which is allowed, but mentioned in the question. */
async function namesakesOf(trx: Trx, { id, name }: { id: number; name: string }): Promise<string[]> {
  const rows = await centresNamedLike(trx, searchKey(name))
  return rows
    .filter((row) => row.id !== id && searchKey(row.name) === searchKey(name))
    .map(({ number }) => number)
}

/** Edits a centre. A change of Associate removes every assignment of the centre to an account of the former one. */
export async function editCentre(
  trx: Trx,
  { centre, fields: given, ctx }: { centre: string; fields: CentreOptions; ctx: RuleContext },
): Promise<ChangedCentre> {
  const { at } = ctx
  const before = await findCentre(trx, centre, ctx)
  permit(ctx, 'centres.edit', centreTarget(before))
  const { id, number } = before
  const after = await factsAfter(trx, { number, before, fields: given, ctx })
  const changes = differences(factsOf(before), after)
  if (Object.keys(changes).length === 0) return { centre: before, outcome: 'unchanged', fields: [] }

  const leavesAssociate = before.associate_id !== null && before.associate_id !== after.associateId
  const unassigned = leavesAssociate ? await unassignEverybody(trx, id) : 0
  const centreKey = centreSearchKey({ number, name: after.name })
  const work = () => setCentreFacts(trx, { id, at, ...after, folded: centreKey })
  const releaseChanges = await closedAndOpenedBy(trx, { number, fields: Object.keys(changes), ctx, work })
  await appendAudit(trx, {
    ...ctx,
    action: 'centres.edited',
    subject: number,
    facts: { ...changes, ...(leavesAssociate ? { unassigned } : {}) },
  })
  const fields = Object.keys(changes)
  const edited = {
    ...(await readChangedCentre(trx, { number, outcome: 'edited', fields })),
    ...releaseChanges,
  }
  const renamed = after.name !== before.name
  return renamed ? { ...edited, namesakes: await namesakesOf(trx, edited.centre) } : edited
}

/** The fields of a centre that decide which releases open there, and when. */
const fieldsDecidingReleases: ReadonlySet<string> = new Set([
  'kind',
  'country',
  'timeZone',
  'globalListening',
])

interface Edit {
  number: string
  fields: readonly string[]
  ctx: RuleContext
  work: () => Promise<void>
}

async function closedAndOpenedBy(
  trx: Trx,
  { number, fields, ctx, work }: Edit,
): Promise<{ closes: readonly Closing[]; opens: readonly Closing[] }> {
  if (!fields.some((field) => fieldsDecidingReleases.has(field))) {
    await work()
    return { closes: [], opens: [] }
  }
  const { trackClosings } = await import('../releases/what-closes.ts')
  const { closes, opens } = await trackClosings(trx, { scope: { numbers: [number] }, ctx, work })
  return { closes, opens }
}
