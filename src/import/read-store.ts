import { type ImportReading, type ImportView, readImportView } from '../db/imports/view.ts'
import type { OpenStore } from '../db/store/opening.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { copyOfText } from '../packed-texts.ts'
import { searchKey } from '../search-key.ts'
import {
  domainOf,
  domainOfSender,
  isInternationalised,
  lookAlikeDomains,
  lookAlikeFilter,
} from '../rules/users/look-alike.ts'
import { looksLikeCentreNumber, newNames } from './renames.ts'
import { namesOfNewNumbers } from './duplicate-centres.ts'
import type { Roster } from './roster.ts'
import type { RosterRow } from './roster-rows.ts'

/**
 * The parts of the store that a roster touches, as lists that a saved plan can hold; lists of all rows are read from
 * the rows.
 */
export interface RosterReferences {
  /** Whether the workbook is part of a roster, for which nothing else of the store matters. Absent in older plans. */
  partial?: boolean
  numbers: Iterable<string>
  /** The numbers of Associates, and names that may be numbers. */
  otherNumbers?: string[]
  addresses: Iterable<string>
  strayAddresses: string[]
  /** The search keys of the names in rows without a number. */
  strayNames: string[]
  /** The search keys of new names for saved centres, and of the names beside new numbers. */
  newNames: string[]
  /**
   * The domains of its addresses that are shown in another script; where there are any, `senderDomains` has the
   * sender's.
   */
  foreignDomains: string[]
  senderDomains: string[]
  /** The domains of its addresses that may be read as one of `foreignDomains`. */
  rosterDomains: string[]
}

export function referencesOf(
  roster: Roster,
  { partial, ...ctx }: Pick<RuleContext, 'sender'> & { partial: boolean },
): RosterReferences {
  const otherNumbers = new Set(partial ? [...(roster.rowCounter?.numbers ?? [])].map(String) : [])
  const strayAddresses = new Set<string>()
  const strayNames = new Set<string>()
  const foreignDomains = new Set<string>()
  for (const row of roster.rows) {
    const { number, email } = row
    if (partial) {
      const { name, associate } = row
      if (associate !== '') otherNumbers.add(associate)
      if (looksLikeCentreNumber(name)) otherNumbers.add(name.toUpperCase())
    }
    if (email?.key.includes('xn--')) {
      const domain = domainOf(email.key)
      if (isInternationalised(domain)) foreignDomains.add(domain)
    }
    if (number !== undefined) continue
    if (email) strayAddresses.add(email.key)
    if (row.name !== '') strayNames.add(searchKey(row.name))
  }
  return {
    partial,
    numbers: textsOf(roster, ({ number }) => number),
    otherNumbers: [...otherNumbers],
    addresses: textsOf(roster, ({ email }) => email?.key),
    strayAddresses: [...strayAddresses],
    strayNames: [...strayNames],
    newNames: [],
    foreignDomains: [...foreignDomains],
    senderDomains: foreignDomains.size > 0 ? domainOfSender(ctx) : [],
    rosterDomains: foreignDomains.size > 0 ? findSimilarDomains([...foreignDomains], roster) : [],
  }
}

/** The texts in the rows, each as often as it stands there; a saved plan has each text once. */
function textsOf(
  { rows }: Roster,
  textOf: (row: RosterRow) => string | undefined,
): Iterable<string> & { toJSON: () => string[] } {
  function* texts() {
    for (const row of rows) {
      const text = textOf(row)
      if (text !== undefined) yield text
    }
  }
  return { [Symbol.iterator]: texts, toJSON: () => [...new Set(texts())] }
}

/** How many addresses are searched at once. */
const addressBatchSize = 10_000

function findSimilarDomains(foreign: readonly string[], { rows }: Roster): string[] {
  const likeOne = lookAlikeFilter(foreign)
  const domains = new Set<string>()
  let some: string[] = []
  const look = () => {
    // Copied, because each would keep the whole searched text in memory.
    for (const domain of likeOne(some.join('\n'))) if (!domains.has(domain)) domains.add(copyOfText(domain))
    some = []
  }
  for (const { email } of rows) {
    if (email && some.push(email.key) === addressBatchSize) look()
  }
  if (some.length > 0) look()
  return [...domains]
}

interface StoreReading {
  view: ImportView
  /** A number of the engine that stays the same while nobody else writes. */
  version: number
}

/**
 * Reads what planning needs of the store. With the roster, also records in `touched` on which names the plan depends.
 */
export async function readStore(
  { db, engine }: Pick<OpenStore, 'db' | 'engine'>,
  touched: RosterReferences,
  roster?: Roster,
): Promise<StoreReading> {
  const version = await engine.dataVersion()
  return { view: await readImportView(db, readingOf(touched, roster)), version }
}

/** Reads what planning needs of the store, within a transaction. */
export function viewWithin(trx: Trx, touched: RosterReferences): Promise<ImportView> {
  return readImportView(trx, readingOf(touched, undefined))
}

function namesOf({ rows }: Roster): Set<string> {
  const names = new Set<string>()
  for (const { name } of rows) names.add(searchKey(name))
  return names
}

function readingOf(touched: RosterReferences, roster: Roster | undefined): ImportReading {
  const {
    partial = false,
    otherNumbers = [],
    strayNames,
    foreignDomains,
    senderDomains,
    rosterDomains,
  } = touched
  return {
    ...touched,
    partial,
    otherNumbers,
    addressesElsewhere: roster ? roster.otherSheets.flatMap(({ addresses }) => [...addresses]) : [],
    lookAlikeFilter: lookAlikeFilter(foreignDomains),
    lookAlikes: (inUse) => lookAlikeDomains(foreignDomains, [...senderDomains, ...inUse], rosterDomains),
    names: () => (roster ? namesOf(roster) : new Set([...strayNames, ...touched.newNames])),
    namesElsewhere(centres) {
      if (roster) {
        const ofNewNumbers = centres.size > 0 ? namesOfNewNumbers(roster.rows, centres) : []
        touched.newNames = [...new Set([...newNames(roster.rows, centres), ...ofNewNumbers])]
      }
      return new Set([...strayNames, ...touched.newNames])
    },
  }
}
