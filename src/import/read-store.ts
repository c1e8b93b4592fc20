import { type ImportReading, type ImportView, readImportView } from '../db/imports/view.ts'
import type { OpenStore } from '../db/store/open.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { searchKey } from '../search-key.ts'
import {
  domainOf,
  domainOfSender,
  isInAnotherScript,
  lookAlikeDomains,
  mayReadAs,
} from '../rules/users/look-alike.ts'
import { couldBeNumber, newNames } from './renames.ts'
import { namesOfNewNumbers } from './renumbered.ts'
import type { Roster } from './roster.ts'

/** What of the store a roster touches, as lists that a saved plan can hold. */
export interface Touched {
  /** It is part of a roster: nothing else of the store matters. Absent in plans that were saved before it was known. */
  partial?: boolean
  numbers: string[]
  /** Numbers of Associates, and names that may be numbers. */
  otherNumbers?: string[]
  addresses: string[]
  strayAddresses: string[]
  /** Folded. */
  strayNames: string[]
  /** Folded: the names that saved centres are given which are called otherwise, and those of new numbers. */
  newNames: string[]
  /** Domains of its addresses that are shown in another script, and then that of the sender of messages. */
  foreignDomains: string[]
  senderDomains: string[]
  /** The domains of its addresses that may read as one that is shown in another script. */
  rosterDomains: string[]
}

export function touchedBy(
  roster: Roster,
  { partial, ...ctx }: Pick<RuleContext, 'sender'> & { partial: boolean },
): Touched {
  const numbers = new Set<string>()
  const otherNumbers = new Set(partial ? [...(roster.rowCounter?.numbers ?? [])].map(String) : [])
  const addresses = new Set<string>()
  const strayAddresses = new Set<string>()
  const strayNames = new Set<string>()
  const foreignDomains = new Set<string>()
  for (const { number, address, name, associate } of roster.rows) {
    if (partial) {
      if (associate !== '') otherNumbers.add(associate)
      if (couldBeNumber(name)) otherNumbers.add(name.toUpperCase())
    }
    if (address) {
      addresses.add(address.key)
      if (address.key.includes('xn--')) {
        const domain = domainOf(address.key)
        if (isInAnotherScript(domain)) foreignDomains.add(domain)
      }
    }
    if (number !== undefined) numbers.add(number)
    else {
      if (address) strayAddresses.add(address.key)
      if (name !== '') strayNames.add(searchKey(name))
    }
  }
  return {
    partial,
    numbers: [...numbers],
    otherNumbers: [...otherNumbers],
    addresses: [...addresses],
    strayAddresses: [...strayAddresses],
    strayNames: [...strayNames],
    newNames: [],
    foreignDomains: [...foreignDomains],
    senderDomains: foreignDomains.size > 0 ? domainOfSender(ctx) : [],
    rosterDomains: foreignDomains.size > 0 ? domainsLike([...foreignDomains], addresses) : [],
  }
}

function domainsLike(foreign: readonly string[], addresses: ReadonlySet<string>): string[] {
  return [...new Set(mayReadAs(foreign)([...addresses].join('\n')))]
}

export interface StoreReading {
  view: ImportView
  /** The engine's word for 'nobody else has written since'. */
  version: number
}

/** With the roster, it is noted in `touched` what of the store its names depend on. */
export async function readStore(
  { db, engine }: Pick<OpenStore, 'db' | 'engine'>,
  touched: Touched,
  roster?: Roster,
): Promise<StoreReading> {
  const version = await engine.writesOfOthers()
  return { view: await readImportView(db, readingOf(touched, roster)), version }
}

/** What the store holds of it within a transaction. */
export function viewWithin(trx: Trx, touched: Touched): Promise<ImportView> {
  return readImportView(trx, readingOf(touched, undefined))
}

function readingOf(touched: Touched, roster: Roster | undefined): ImportReading {
  const { numbers, addresses, strayAddresses, strayNames, foreignDomains, senderDomains, rosterDomains } =
    touched
  return {
    partial: touched.partial ?? false,
    numbers,
    otherNumbers: touched.otherNumbers ?? [],
    addresses,
    strayAddresses,
    addressesElsewhere: roster ? roster.otherSheets.flatMap(({ addresses }) => [...addresses]) : [],
    foreignDomains,
    mayReadAs: mayReadAs(foreignDomains),
    lookAlikes: (inUse) => lookAlikeDomains(foreignDomains, [...senderDomains, ...inUse], rosterDomains),
    names: () =>
      roster
        ? new Set(roster.rows.map(({ name }) => searchKey(name)))
        : new Set([...strayNames, ...touched.newNames]),
    namesElsewhere(centres) {
      if (roster) {
        const ofNewNumbers = centres.size > 0 ? namesOfNewNumbers(roster.rows, centres) : []
        touched.newNames = [...new Set([...newNames(roster.rows, centres), ...ofNewNumbers])]
      }
      return new Set([...strayNames, ...touched.newNames])
    },
  }
}
