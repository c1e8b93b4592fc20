import { domainsInUse } from '../db/users.ts'
import type { Trx } from '../db/transact.ts'
import { Refused } from '../errors.ts'
import type { Address } from './email.ts'
import { domainLikeness } from './look-alike.ts'

/** Of the address that every message comes from, unless it is set otherwise. */
const ofTheSender = 'cambridgeinternational.org'

/**
 * A domain whose letters, all of one other script, read as another domain in use: whoever holds
 * it is somebody else. @throws `look-alike-domain`
 */
export async function refuseLookAlikeDomain(trx: Trx, { email, key }: Address): Promise<void> {
  const domain = key.slice(key.lastIndexOf('@') + 1)
  if (!/(?:^|\.)xn--/.test(domain)) return
  const likeness = domainLikeness(domain)
  const known = [ofTheSender, ...(await domainsInUse(trx))]
  const other = known.find((one) => one !== domain && domainLikeness(one) === likeness)
  if (other === undefined) return
  throw new Refused(
    'look-alike-domain',
    `The domain of ${email} only looks like ${other}: it is ${domain}.`,
    {
      hint: 'Ask the person for their address, and type it anew.',
    },
  )
}
