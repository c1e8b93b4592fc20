import { awaitAll, type Trx } from '../../db/transact.ts'
import { markDeleted, markSuspended } from '../../db/users/changes.ts'
import {
  accountsErasedBefore,
  writtenAddresses,
  belongsToAnotherUser,
  centresOf,
  deletedAccounts,
  eraseAccounts,
  eraseFromAudit,
  eraseMentions,
  eraseMessages,
  isNamed,
  namesOf,
  recordErasure,
  valuesMentioning,
  wasErased,
} from '../../db/users/erase.ts'
import { findMentions, findOneName, type WrittenAddress } from '../../db/users/mentions.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotFound, Refused } from '../../errors.ts'
import { formatNumber } from '../../format-number.ts'
import { appendAudit } from '../audit/append.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { readAddress, refuseUnusableAddress, parseAddress } from './email.ts'

export interface Erasure {
  accounts: number
  /** Rows of the audit log that named the person. */
  events: number
  messages: number
  /** The paths of the files to which the person's messages were written, as the outbox recorded them. */
  files: string[]
  /** The person's present and former addresses, except those that belong to somebody else. */
  addresses: WrittenAddress[]
  /** Descriptions of the rows of the store that still name the person; they do not contain the address. */
  left: string[]
  /** Whether the store still held anything about the person. */
  changed: boolean
}

/** Finds what still names the person outside the store; the audit row keeps the descriptions, which hold no address. */
export type FindLeft = (erased: Pick<Erasure, 'addresses' | 'files'>) => Promise<readonly string[]>

interface Erasing {
  email: string
  findLeft: FindLeft
  ctx: RuleContext
}

/**
 * Removes the name and address of a deleted user from the store and the audit log, on the person's request. The log's
 * seals cover digests, so its chain still verifies; a new row lists the rows that were erased. A person who was erased
 * already is unchanged. @throws `not-deleted`, `user-not-found`
 */
export async function eraseUser(trx: Trx, { email: typed, findLeft, ctx }: Erasing): Promise<Erasure> {
  const { email, key } = parseAddress(typed)
  permit(ctx, 'users.erase', { name: email })
  const [live, accounts] = await awaitAll(findLiveUser(trx, key), deletedAccounts(trx, key))
  if (live) {
    throw new Refused('not-deleted', `${live.email} has an account that is not deleted.`, {
      hint: `ssh-admin users delete ${live.email} --suspend`,
    })
  }
  const [first] = accounts
  if (!first) return eraseWithoutAccount(trx, { address: { email, emailKey: key }, findLeft, ctx })
  const ids = accounts.map(({ id }) => id)
  return erasePerson(trx, { ids, address: { email: first.email, emailKey: key }, findLeft, ctx })
}

/**
 * Erases an address that no account has: the person may have been erased by a version that left former addresses, or
 * the address was typed or listed again since. @throws `user-not-found` where nothing names it and nobody was erased
 */
async function eraseWithoutAccount(
  trx: Trx,
  { address, findLeft, ctx }: Pick<Erasing, 'findLeft' | 'ctx'> & { address: WrittenAddress },
): Promise<Erasure> {
  if (await isNamed(trx, address)) return erasePerson(trx, { ids: [], address, findLeft, ctx })
  if (await wasErased(trx, address.emailKey)) {
    return { accounts: 0, events: 0, messages: 0, files: [], addresses: [address], left: [], changed: false }
  }
  refuseUnusableAddress({ email: address.email, key: address.emailKey })
  throw new NotFound('user-not-found', `No deleted account has the address ${address.email}.`, {
    hint: 'ssh-admin users list --deleted names those there are. Whoever was erased under an earlier key is not known by their address any more.',
  })
}

/** @param ids the accounts of one person, whatever their status; may be none */
async function erasePerson(
  trx: Trx,
  {
    ids,
    address,
    findLeft,
    ctx,
  }: Pick<Erasing, 'findLeft' | 'ctx'> & { ids: readonly number[]; address: WrittenAddress },
): Promise<Erasure> {
  const [addresses, names, centreNumbers] = await awaitAll(
    addressesOf(trx, { ids, address }),
    namesOf(trx, ids),
    centresOf(trx, ids),
  )
  const person = { ids, addresses }
  const [{ count, files }, naming] = await awaitAll(
    eraseMessages(trx, person),
    valuesMentioning(trx, addresses),
    eraseMentions(trx, person),
    recordErasure(trx, { ids, emailKey: address.emailKey }),
  )
  await eraseAccounts(trx, person)
  const [values, mentions, oneName] = await awaitAll(
    eraseFromAudit(trx, { ids, naming }),
    findMentions(trx, { addresses, names }),
    findOneName(trx, { parts: names.parts, centreNumbers }),
  )
  const rows = Object.keys(values).map(Number)
  const leftInStore = describeMentions({ mentions, oneName })
  await appendAudit(trx, {
    ...ctx,
    action: 'users.erased',
    facts: {
      users: ids,
      rows,
      values,
      messages: count,
      left: [...leftInStore, ...(await findLeft({ addresses, files }))],
    },
  })
  return {
    accounts: ids.length,
    events: rows.length,
    messages: count,
    files,
    addresses,
    left: leftInStore,
    changed: true,
  }
}

type Found = Partial<Awaited<ReturnType<typeof findMentions>>>

interface Kind {
  of: (found: Found) => readonly (string | number)[] | undefined
  one: (id: string | number) => string
  plural: string
}

const mentionKinds: readonly Kind[] = [
  { of: ({ templates }) => templates, one: (name) => `the template ${name}`, plural: 'templates' },
  {
    of: ({ centres }) => centres,
    one: (number) => `the entry of centre ${number}`,
    plural: 'entries of centres',
  },
  { of: ({ resources }) => resources, one: (id) => `resource ${id}`, plural: 'resources' },
  { of: ({ helpDocuments }) => helpDocuments, one: (id) => `help document ${id}`, plural: 'help documents' },
  { of: ({ releases }) => releases, one: (id) => `release ${id}`, plural: 'releases' },
  {
    of: ({ events }) => events,
    one: (id) => `row ${id} of the audit log: a title or the name of a file`,
    plural: 'rows of the audit log',
  },
  {
    of: ({ progressionTests }) => progressionTests,
    one: (number) => `a learner group, test or result at centre ${number}`,
    plural: 'centres with such a learner group, test or result',
  },
]

/** How many rows of each kind are listed; the rest are counted, because a common name matches very many. */
const maxNamed = 10

/** Describes what has to be cleaned up by hand, without the person's address or name. */
function describeMentions({ mentions, oneName }: { mentions: Found; oneName: Found }): string[] {
  return mentionKinds.flatMap(({ of, one, plural }) => {
    const whole = of(mentions) ?? []
    const alone = (of(oneName) ?? []).filter((id) => !whole.includes(id))
    const each = (ids: typeof whole, names: string) =>
      ids.slice(0, maxNamed).map((id) => `${one(id)}, ${names}`)
    const more = (ids: typeof whole, name: string) =>
      ids.length > maxNamed ? [`${formatNumber(ids.length - maxNamed)} more ${plural}, ${name}`] : []
    return [
      ...each(whole, 'which names them or a namesake'),
      ...more(whole, 'which name them or a namesake'),
      ...each(alone, sharedNameNote),
      ...more(alone, sharedNameNote),
    ]
  })
}

const sharedNameNote = "with one of their names, which may be somebody else's"

/** Leaves out an address that belongs to another user by now: what mentions it is about that user. */
async function addressesOf(
  trx: Trx,
  { ids, address }: { ids: readonly number[]; address: WrittenAddress },
): Promise<WrittenAddress[]> {
  const former = (await writtenAddresses(trx, ids)).flatMap((text) => {
    const read = readAddress(text)
    return 'key' in read ? [{ email: read.email, emailKey: read.key }] : []
  })
  const all = [address, ...former]
  const isOthers = await awaitAll<boolean[]>(
    ...all.map(({ emailKey }) => belongsToAnotherUser(trx, { ids, emailKey })),
  )
  return all.filter((_, at) => !isOthers[at])
}

/**
 * Records what could not be removed after the commit of an erasure.
 * @param files how many message files were removed that no other audit row reports
 */
export async function recordNotReached(
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
  /** Accounts that coordinate or hold something: only suspended, because a person has to choose who takes over. */
  suspended: number[]
  /** Descriptions of what could not be erased; they contain no address. */
  left: string[]
}

type ReturnedAccount = Awaited<ReturnType<typeof accountsErasedBefore>>[number]

/** Repeats, after a backup is restored, the erasures made since that backup. */
export async function eraseAgain(
  trx: Trx,
  { findLeft, ctx }: { findLeft: FindLeft; ctx: RuleContext },
): Promise<RepeatedErasure> {
  const all: string[] = []
  const findAndCollect: FindLeft = async (erased) => {
    const found = await findLeft(erased)
    all.push(...found)
    return found
  }
  const returned = await accountsErasedBefore(trx)
  for (const account of returned) await deleteOrSuspend(trx, { account, ctx })
  for (const emailKey of new Set(returned.map(({ email_key }) => email_key))) {
    const accounts = returned.filter(({ email_key }) => email_key === emailKey)
    await erasePerson(trx, {
      ids: accounts.map(({ id }) => id),
      address: { email: accounts[0]?.email ?? emailKey, emailKey },
      findLeft: findAndCollect,
      ctx,
    })
  }
  const suspended = returned.filter(({ holds }) => holds).map(({ id }) => id)
  return { accounts: returned.length, suspended, left: all }
}

/** An erased person's account was deleted: deletes it again, or suspends it where the backup has it holding data. */
async function deleteOrSuspend(
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
