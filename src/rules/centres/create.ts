import type { Kysely } from 'kysely'
import { insertCentre } from '../../db/centres/changes.ts'
import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { readChangedCentre, type ChangedCentre, differences, factsOf, kindOf, factsAfter } from './changed.ts'
import { parseNewCentreNumber } from './find.ts'
import type { NewCentreOptions } from './options.ts'
import { centreSearchKey } from '../../search-key.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

interface Creation {
  centre: string
  fields: NewCentreOptions
  /** An existing, equal centre is no error. */
  ifMissing: boolean
  ctx: RuleContext
}

/** Creates a centre; an associate centre is approved until its coordinator is set up [guide for Associates]. */
export async function createCentre(
  trx: Trx,
  { centre, fields, ifMissing, ctx }: Creation,
): Promise<ChangedCentre> {
  const { at } = ctx
  const number = parseNewCentreNumber(centre)
  permit(ctx, 'centres.create', { name: number })
  const existing = await findCentreByNumber(trx, number)
  if (existing) {
    const differs = differingFields(existing, fields)
    if (!ifMissing || existing.deleted_at !== null || differs.length > 0)
      throw numberInUse(existing, { ifMissing, differs })
    return { centre: existing, outcome: 'unchanged', fields: [] }
  }
  const facts = await factsAfter(trx, { number, before: undefined, fields, ctx })

  await insertCentre(trx, { number, at, ...facts, folded: centreSearchKey({ number, name: facts.name }) })
  const { associateId: _, ...said } = facts
  const after = Object.fromEntries(Object.entries(said).filter(([, value]) => Boolean(value)))
  await appendAudit(trx, { ...ctx, action: 'centres.created', subject: number, facts: { after } })
  return readChangedCentre(trx, { number, outcome: 'created' })
}

/** Checks the number before the other facts of the centre are asked for. @throws `number-in-use` */
export async function refuseNumberInUse(
  db: Kysely<Store>,
  { number, ifMissing }: { number: string; ifMissing: boolean },
): Promise<void> {
  const existing = await findCentreByNumber(db, number)
  if (existing && (!ifMissing || existing.deleted_at !== null))
    throw numberInUse(existing, { ifMissing: false, differs: [] })
}

/** The names of the given fields in which the existing centre differs. */
function differingFields(existing: CentreWithPeople, fields: NewCentreOptions): string[] {
  const facts = factsOf(existing)
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const requested = { ...facts, kind: kindOf(fields) ?? 'school', ...given }
  return Object.keys(differences(facts, requested))
}

function numberInUse(
  { number, name, deleted_at }: CentreWithPeople,
  { ifMissing, differs }: { ifMissing: boolean; differs: string[] },
): Refused {
  if (deleted_at !== null) {
    return new Refused('number-in-use', `${number} (${name}) is deleted, and its number is kept for it.`, {
      hint: `ssh-admin centres restore ${number}`,
    })
  }
  const detail = ifMissing ? `, and differs: ${differs.join(', ')}` : ''
  return new Refused('number-in-use', `${number} is there already (${name})${detail}.`, {
    hint: ifMissing ? `ssh-admin centres edit ${number}` : `ssh-admin centres show ${number}`,
    details: ifMissing ? { differs } : {},
  })
}
