import { type CentreWithPeople, findCentreByNumber } from '../../db/centres/centres.ts'
import { type CentreFacts, countAssociateCentres } from '../../db/centres/changes.ts'
import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import type { Closing } from '../releases/what-closes.ts'
import { refuseDeletedCentre } from '../refusals.ts'
import { findCentre } from './find.ts'
import { type CentreOptions, missingAssociate } from './options.ts'

/** A centre after a change, with the outcome. */
export interface ChangedCentre {
  centre: CentreWithPeople
  outcome: 'created' | 'edited' | 'deleted' | 'restored' | 'unchanged'
  /** The fields that an edit changed. */
  fields: string[]
  /** Numbers of other centres that also have the new name. */
  namesakes?: readonly string[]
  /** Releases that were open for the centre and no longer are. */
  closes?: readonly Closing[]
  /** Releases that were not open for the centre and now are. */
  opens?: readonly Closing[]
}

export async function readChangedCentre(
  trx: Trx,
  { number, outcome, fields = [] }: { number: string; outcome: ChangedCentre['outcome']; fields?: string[] },
): Promise<ChangedCentre> {
  const centre = await findCentreByNumber(trx, number)
  if (!centre) throw new Error(`centre ${number} is gone`)
  return { centre, outcome, fields }
}

/** The facts of a centre, with the number of its Associate. */
interface NamedFacts extends CentreFacts {
  associate: string | null
}

export function factsOf(centre: CentreWithPeople): NamedFacts {
  const { name, kind, status, address, town, postcode, country } = centre
  return {
    name,
    kind,
    associateId: centre.associate_id,
    associate: centre.associate_number,
    status,
    address,
    town,
    postcode,
    country,
    britishCouncil: centre.british_council === 1,
    globalListening: centre.global_listening === 1,
    timeZone: centre.time_zone,
  }
}

const newCentreDefaults: Omit<NamedFacts, 'name' | 'country'> = {
  kind: 'school',
  associateId: null,
  associate: null,
  status: 'active',
  address: '',
  town: '',
  postcode: '',
  britishCouncil: false,
  globalListening: false,
  timeZone: null,
}

interface CentreEdit {
  number: string
  /** Undefined for a new centre, which has at least a name and a country. */
  before: CentreWithPeople | undefined
  fields: CentreOptions
  ctx: RuleContext
}

/** The facts that an edit or a creation leads to. @throws for a change that is not allowed */
export async function factsAfter(trx: Trx, { number, before, fields, ctx }: CentreEdit): Promise<NamedFacts> {
  const { name = '', country = '' } = fields
  const present = before ? factsOf(before) : { ...newCentreDefaults, name, country }
  const kind = kindOf(fields) ?? present.kind
  if (before && kind !== before.kind) await refuseWithAssociateCentres(trx, before)
  const isAssociateCentre = kind === 'associate-centre'
  const associate =
    isAssociateCentre && fields.associate !== undefined && fields.associate !== present.associate
      ? await findAssociate(trx, { centre: number, associate: fields.associate, ctx })
      : { id: present.associateId, number: present.associate }
  if (isAssociateCentre && associate.id === null) throw missingAssociate()
  const after = {
    name: fields.name ?? present.name,
    kind,
    associateId: isAssociateCentre ? associate.id : null,
    associate: isAssociateCentre ? associate.number : null,
    status: kind === present.kind ? present.status : firstStatus(kind, before),
    address: fields.address ?? present.address,
    town: fields.town ?? present.town,
    postcode: fields.postcode ?? present.postcode,
    country: fields.country ?? present.country,
    britishCouncil: fields.britishCouncil ?? present.britishCouncil,
    globalListening: fields.globalListening ?? present.globalListening,
    timeZone: await timeZoneAfter(present, fields),
  }
  refuseGlobalListening(number, after)
  return after
}

/** A change of country drops the time zone, which belonged to the former country. */
async function timeZoneAfter(present: NamedFacts, fields: CentreOptions): Promise<string | null> {
  const country = fields.country ?? present.country
  if (fields.timeZone === undefined) return country === present.country ? present.timeZone : null
  if (fields.timeZone === 'none') return null
  const { parseTimeZoneIn } = await import('../key-times/parse-time-zone.ts')
  return parseTimeZoneIn(country, fields.timeZone)
}

/** The kind that was given; naming an Associate implies an associate centre. */
export function kindOf({ kind, associate }: CentreOptions) {
  return kind ?? (associate === undefined ? undefined : 'associate-centre')
}

/** The facts that differ, with both values; without `associateId`, which is internal. */
export function differences(
  { associateId: _, ...before }: NamedFacts,
  { associateId: __, ...after }: NamedFacts,
): Record<string, { before: unknown; after: unknown }> {
  const valuesBefore = new Map<string, unknown>(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after)
      .filter(([field, value]) => valuesBefore.get(field) !== value)
      .map(([field, value]) => [field, { before: valuesBefore.get(field), after: value }]),
  )
}

/** An associate centre stays approved until its coordinator is set up. */
function firstStatus(kind: CentreFacts['kind'], before: CentreWithPeople | undefined): CentreFacts['status'] {
  return kind === 'associate-centre' && !before?.coordinator_id ? 'approved' : 'active'
}

/** Finds an Associate that the centre can belong to. @throws `not-an-associate`, `centre-deleted` */
export async function findAssociate(
  db: Kysely<Store>,
  { centre, associate: number, ctx }: { centre: string; associate: string; ctx: RuleContext },
): Promise<{ id: number; number: string }> {
  const associate = await findCentre(db, number, ctx)
  if (associate.kind !== 'associate' || associate.number === centre) {
    const what = associate.number === centre ? `${centre} itself` : `${associate.number} (${associate.name})`
    throw new Refused('not-an-associate', `${what} is not an Associate that ${centre} can belong to.`, {
      hint: 'ssh-admin associates list names them.',
    })
  }
  refuseDeletedCentre(associate)
  return associate
}

async function refuseWithAssociateCentres(trx: Trx, { id, kind, number }: CentreWithPeople): Promise<void> {
  if (kind !== 'associate') return
  const { live, deleted } = await countAssociateCentres(trx, id)
  if (live + deleted === 0) return
  throw new Refused(
    'has-associate-centres',
    `${number} stays an Associate while centres belong to it: ${live}, and ${deleted} deleted.`,
    { hint: `ssh-admin centres list --associate ${number} names them.` },
  )
}

/** The two marks exclude each other [factsheet on managing users in My Cambridge]. */
function refuseGlobalListening(number: string, { britishCouncil, globalListening }: NamedFacts): void {
  if (!britishCouncil || !globalListening) return
  throw new Refused(
    'british-council-centre',
    `${number} cannot have Global Listening as a British Council centre.`,
    { hint: 'Add --no-global-listening, or --no-british-council.' },
  )
}
