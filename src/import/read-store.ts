import type Database from 'better-sqlite3'
import { type ImportReading, type ImportView, readImportView, storeVersion } from '../db/imports/view.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { searchKey } from '../rules/search-key.ts'
import { domainOf, domainOfSender, isInAnotherScript, lookAlikeDomains } from '../rules/users/look-alike.ts'
import { namesGivenAnew } from './renames.ts'
import { nearKey } from './near-number.ts'
import type { Roster } from './roster.ts'

/** What of the store a roster touches, as lists that a saved plan can hold. */
export interface Touched {
  numbers: string[]
  addresses: string[]
  strayAddresses: string[]
  /** Folded. */
  strayNames: string[]
  /** Folded: the names that saved centres are given which are called otherwise. */
  newNames: string[]
  /** Domains of its addresses that are shown in another script, and then that of the sender of messages. */
  foreignDomains: string[]
  senderDomains: string[]
  /** Every domain of its addresses, where one of them is shown in another script. */
  rosterDomains: string[]
}

export function touchedBy(roster: Roster, ctx: Pick<RuleContext, 'sender'>): Touched {
  const numbers = new Set<string>()
  const addresses = new Set<string>()
  const strayAddresses = new Set<string>()
  const strayNames = new Set<string>()
  const foreignDomains = new Set<string>()
  const rosterDomains = new Set<string>()
  for (const { number, address, name } of roster.rows) {
    if (address) {
      addresses.add(address.key)
      const domain = domainOf(address.key)
      rosterDomains.add(domain)
      if (isInAnotherScript(domain)) foreignDomains.add(domain)
    }
    if (number !== undefined) numbers.add(number)
    else {
      if (address) strayAddresses.add(address.key)
      if (name !== '') strayNames.add(searchKey(name))
    }
  }
  return {
    numbers: [...numbers],
    addresses: [...addresses],
    strayAddresses: [...strayAddresses],
    strayNames: [...strayNames],
    newNames: [],
    foreignDomains: [...foreignDomains],
    senderDomains: foreignDomains.size > 0 ? domainOfSender(ctx) : [],
    rosterDomains: foreignDomains.size > 0 ? [...rosterDomains] : [],
  }
}

export interface StoreReading {
  view: ImportView
  /** SQLite's word for 'nobody else has written since'. */
  version: number
}

/** With the roster, it is noted in `touched` what of the store its names depend on. */
export function readStore(raw: Database.Database, touched: Touched, roster?: Roster): StoreReading {
  const version = storeVersion(raw)
  return { view: readImportView(raw, readingOf(touched, roster)), version }
}

function readingOf(touched: Touched, roster: Roster | undefined): ImportReading {
  const { numbers, addresses, strayAddresses, strayNames, foreignDomains, senderDomains, rosterDomains } =
    touched
  return {
    numbers,
    addresses,
    strayAddresses,
    nearKey,
    foreignDomains,
    lookAlikes: (inUse) => lookAlikeDomains(foreignDomains, [...senderDomains, ...inUse], rosterDomains),
    bearsName(centres) {
      if (roster) touched.newNames = [...namesGivenAnew(roster.rows, centres)]
      const names = new Set([...strayNames, ...touched.newNames])
      return names.size === 0 ? () => false : (name) => names.has(searchKey(name))
    },
  }
}
