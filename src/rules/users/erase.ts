import { together, type Trx } from '../../db/transact.ts'
import { markDeleted, markSuspended } from '../../db/users/changes.ts'
import {
  accountsErasedBefore,
  addressesWritten,
  belongsToAnotherUser,
  centresOf,
  deletedAccounts,
  eraseAccounts,
  eraseFromAudit,
  eraseMentions,
  eraseMessages,
  isNamed,
  namesOf,
  noteErased,
  valuesNaming,
  wasErased,
} from '../../db/users/erase.ts'
import { findMentions, findOneName, type WrittenAddress } from '../../db/users/mentions.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotFound, Refused } from '../../errors.ts'
import { grouped } from '../../grouped.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { readAddress, refuseImpossible, typedAddress } from './email.ts'

export interface Erasure {
  accounts: number
  /** Events of the audit log that named them. */
  events: number
  messages: number
  /** Where their messages were written, as it was noted. */
  files: string[]
  /** Theirs now and before, which nobody else has. */
  addresses: WrittenAddress[]
  /** What of the store names them still, without the address. */
  left: string[]
  /** Whether the store still held something of theirs. */
  changed: boolean
}

/** What was found and cannot be reached: kept in the event, without an address. */
export type FindLeft = (erased: Pick<Erasure, 'addresses' | 'files'>) => Promise<readonly string[]>

interface Erasing {
  email: string
  left: FindLeft
  ctx: RuleContext
}

/**
 * On request of the person: name and address of a deleted user leave the store and the log.
 * The log's seals cover digests, so the chain holds; it says that this was done, and to which rows.
 * Somebody who was erased already is unchanged.
 */
export async function eraseUser(trx: Trx, { email: typed, left, ctx }: Erasing): Promise<Erasure> {
  const { email, key } = typedAddress(typed)
  permit(ctx, 'users.erase', { name: email })
  const [live, accounts] = await together(findLiveUser(trx, key), deletedAccounts(trx, key))
  if (live) {
    throw new Refused('not-deleted', `${live.email} has an account that is not deleted.`, {
      hint: `ssh-admin users delete ${live.email} --suspend`,
    })
  }
  const [first] = accounts
  if (!first) return eraseWithoutAccount(trx, { address: { email, emailKey: key }, left, ctx })
  const ids = accounts.map(({ id }) => id)
  return eraseThese(trx, { ids, address: { email: first.email, emailKey: key }, left, ctx })
}

/**
 * An address that no account has: somebody was erased before their former addresses went with them, it was typed
 * again since, or a list named it. What names it goes all the same.
 */
async function eraseWithoutAccount(
  trx: Trx,
  { address, left, ctx }: Pick<Erasing, 'left' | 'ctx'> & { address: WrittenAddress },
): Promise<Erasure> {
  if (await isNamed(trx, address)) return eraseThese(trx, { ids: [], address, left, ctx })
  if (await wasErased(trx, address.emailKey)) {
    return { accounts: 0, events: 0, messages: 0, files: [], addresses: [address], left: [], changed: false }
  }
  refuseImpossible({ email: address.email, key: address.emailKey })
  throw new NotFound('user-not-found', `No deleted account has the address ${address.email}.`, {
    hint: 'ssh-admin users list --deleted names those there are. Whoever was erased under an earlier key is not known by their address any more.',
  })
}

/** The accounts of one person, whatever their status. */
async function eraseThese(
  trx: Trx,
  {
    ids,
    address,
    left,
    ctx,
  }: Pick<Erasing, 'left' | 'ctx'> & { ids: readonly number[]; address: WrittenAddress },
): Promise<Erasure> {
  const [addresses, names, centreNumbers] = await together(
    addressesOf(trx, { ids, address }),
    namesOf(trx, ids),
    centresOf(trx, ids),
  )
  const somebody = { ids, addresses }
  const [{ count, files }, naming] = await together(
    eraseMessages(trx, somebody),
    valuesNaming(trx, addresses),
    eraseMentions(trx, somebody),
    noteErased(trx, { ids, emailKey: address.emailKey }),
  )
  await eraseAccounts(trx, somebody)
  const [values, mentions, oneName] = await together(
    eraseFromAudit(trx, { ids, naming }),
    findMentions(trx, { addresses, names }),
    findOneName(trx, { parts: names.parts, centreNumbers }),
  )
  const rows = Object.keys(values).map(Number)
  const here = namingThem({ mentions, oneName })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.erased',
    facts: {
      users: ids,
      rows,
      values,
      messages: count,
      left: [...here, ...(await left({ addresses, files }))],
    },
  })
  return {
    accounts: ids.length,
    events: rows.length,
    messages: count,
    files,
    addresses,
    left: here,
    changed: true,
  }
}

type Found = Partial<Awaited<ReturnType<typeof findMentions>>>

interface Kind {
  of: (found: Found) => readonly (string | number)[] | undefined
  one: (id: string | number) => string
  several: string
}

const kinds: readonly Kind[] = [
  { of: ({ templates }) => templates, one: (name) => `the template ${name}`, several: 'templates' },
  {
    of: ({ centres }) => centres,
    one: (number) => `the entry of centre ${number}`,
    several: 'entries of centres',
  },
  { of: ({ resources }) => resources, one: (id) => `resource ${id}`, several: 'resources' },
  { of: ({ helpDocuments }) => helpDocuments, one: (id) => `help document ${id}`, several: 'help documents' },
  { of: ({ releases }) => releases, one: (id) => `release ${id}`, several: 'releases' },
  {
    of: ({ events }) => events,
    one: (id) => `row ${id} of the audit log: a title or the name of a file`,
    several: 'rows of the audit log',
  },
  {
    of: ({ progressionTests }) => progressionTests,
    one: (number) => `a learner group, test or result at centre ${number}`,
    several: 'centres with such a learner group, test or result',
  },
]

/** Of each kind so many are named: a name that many bear would fill the answer. */
const maxNamed = 10

/** What is for somebody to see to: said without the address, and without the name. */
function namingThem({ mentions, oneName }: { mentions: Found; oneName: Found }): string[] {
  return kinds.flatMap(({ of, one, several }) => {
    const whole = of(mentions) ?? []
    const alone = (of(oneName) ?? []).filter((id) => !whole.includes(id))
    const each = (ids: typeof whole, names: string) =>
      ids.slice(0, maxNamed).map((id) => `${one(id)}, ${names}`)
    const more = (ids: typeof whole, name: string) =>
      ids.length > maxNamed ? [`${grouped(ids.length - maxNamed)} more ${several}, ${name}`] : []
    return [
      ...each(whole, 'which names them or a namesake'),
      ...more(whole, 'which name them or a namesake'),
      ...each(alone, oneOfTheirs),
      ...more(alone, oneOfTheirs),
    ]
  })
}

const oneOfTheirs = "with one of their names, which may be somebody else's"

/** An address that somebody else has by now is theirs: what names it there is not about the person. */
async function addressesOf(
  trx: Trx,
  { ids, address }: { ids: readonly number[]; address: WrittenAddress },
): Promise<WrittenAddress[]> {
  const former = (await addressesWritten(trx, ids)).flatMap((text) => {
    const read = readAddress(text)
    return 'key' in read ? [{ email: read.email, emailKey: read.key }] : []
  })
  const all = [address, ...former]
  const others = await together<boolean[]>(
    ...all.map(({ emailKey }) => belongsToAnotherUser(trx, { ids, emailKey })),
  )
  return all.filter((_, at) => !others[at])
}

/** What turned out, after a person was erased, to be beyond reach; and how many messages went of which no other event tells. */
export async function recordLeft(
  trx: Trx,
  { left, files, ctx }: { left: readonly string[]; files: number; ctx: RuleContext },
): Promise<void> {
  await appendAudit(trx, {
    ...ctx,
    action: 'users.erased',
    facts: { users: [], rows: [], values: {}, messages: 0, ...(files > 0 ? { files } : {}), left },
  })
}

export interface RepeatedErasure {
  accounts: number
  /** Accounts that coordinate or hold something: suspended, and whoever takes over is for somebody to say. */
  suspended: number[]
  /** What cannot be reached, without an address. */
  left: string[]
}

type ReturnedAccount = Awaited<ReturnType<typeof accountsErasedBefore>>[number]

/** A backup brings back whoever was erased since it was made: it is done again. */
export async function eraseAgain(
  trx: Trx,
  { findLeft, ctx }: { findLeft: FindLeft; ctx: RuleContext },
): Promise<RepeatedErasure> {
  const all: string[] = []
  const left: FindLeft = async (erased) => {
    const found = await findLeft(erased)
    all.push(...found)
    return found
  }
  const back = await accountsErasedBefore(trx)
  for (const account of back) await endAccount(trx, { account, ctx })
  for (const emailKey of new Set(back.map(({ email_key }) => email_key))) {
    const theirs = back.filter(({ email_key }) => email_key === emailKey)
    await eraseThese(trx, {
      ids: theirs.map(({ id }) => id),
      address: { email: theirs[0]?.email ?? emailKey, emailKey },
      left,
      ctx,
    })
  }
  const suspended = back.filter(({ holds }) => holds).map(({ id }) => id)
  return { accounts: back.length, suspended, left: all }
}

/** They had no account any more when they were erased. What they hold in the backup stays with a suspended one. */
async function endAccount(
  trx: Trx,
  { account: { id, email, status, holds }, ctx }: { account: ReturnedAccount; ctx: RuleContext },
): Promise<void> {
  if (status === 'deleted' || (holds && status === 'suspended')) return
  if (!holds) await markDeleted(trx, { id, before: status, at: ctx.at })
  else if (status !== 'suspended') await markSuspended(trx, { id, before: status, at: ctx.at })
  await appendAudit(trx, {
    ...ctx,
    action: holds ? 'users.suspended' : 'users.deleted',
    subject: { id, email },
    facts: { before: status, after: holds ? 'suspended' : 'deleted' },
  })
}
