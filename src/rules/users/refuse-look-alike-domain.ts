import { domainsInUse } from '../../db/users/users.ts'
import type { Trx } from '../../db/transact.ts'
import { Refused } from '../../errors.ts'
import type { Given } from '../permissions/actor.ts'
import { type Address, readAddress } from './email.ts'
import { domainLikeness } from './look-alike.ts'

/**
 * A domain whose letters, all of one other script, read as another domain in use, or as that of the sender
 * of every message: whoever holds it is somebody else. @throws `look-alike-domain`
 */
export async function refuseLookAlikeDomain(
  trx: Trx,
  { address: { email, key }, given }: { address: Address; given: Pick<Given, 'sender' | 'by'> },
): Promise<void> {
  const domain = domainOf(key)
  if (!isInAnotherScript(domain)) return
  const known = [...domainOfSender(given), ...(await domainsInUse(trx))]
  const other = lookAlikeDomains([domain], known).get(domain)
  if (other === undefined) return
  // Whoever acts for a user is not told which domains there are elsewhere.
  const named = given.by.kind === 'staff' ? other : 'another that is in use'
  throw new Refused(
    'look-alike-domain',
    `The domain of ${email} ${onlyLooksLike({ domain, other: named })}.`,
    {
      hint: askForTheAddress,
    },
  )
}

export const askForTheAddress = 'Ask the person for their address, and type it anew.'

export function onlyLooksLike({ domain, other }: { domain: string; other: string }): string {
  return `only looks like ${other}: it is ${domain}`
}

/** Those of these domains that read as another which is known, with that one. */
export function lookAlikeDomains(
  domains: readonly string[],
  known: readonly string[],
): ReadonlyMap<string, string> {
  const byLikeness = new Map<string, string[]>()
  for (const one of known) {
    const likeness = domainLikeness(one)
    byLikeness.set(likeness, [...(byLikeness.get(likeness) ?? []), one])
  }
  const found = new Map<string, string>()
  for (const domain of domains) {
    const others = byLikeness.get(domainLikeness(domain)) ?? []
    const other = others.includes(domain) ? undefined : others[0]
    if (other !== undefined) found.set(domain, other)
  }
  return found
}

/** As addresses are compared. */
export function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1)
}

/** A domain in ASCII form that is shown in other letters. */
export function isInAnotherScript(domain: string): boolean {
  return /(?:^|\.)xn--/.test(domain)
}

/** None where the setting is no address, which is told where messages are sent. */
export function domainOfSender({ sender }: Pick<Given, 'sender'>): string[] {
  const address = readAddress(sender)
  return 'key' in address ? [domainOf(address.key)] : []
}
