import type { DetailedPeerCertificate } from 'node:tls'
import { Unavailable } from '../../errors.ts'
import { plainTime } from '../../plain-time.ts'
import type { ServerAddress } from '../../server-address.ts'

interface Refused {
  /** The server's certificate, with those of who signed it as far as they are known. */
  certificate: DetailedPeerCertificate | undefined
  cause: unknown
}

/**
 * The refusal of a certificate that has expired or is not valid yet: whose, since or from when, and what to do.
 * @returns undefined where no such certificate is found
 */
export function invalidCertificate(
  { shown }: Pick<ServerAddress, 'shown'>,
  { certificate, cause }: Refused,
): Unavailable | undefined {
  const now = new Date()
  const chain = new Set<DetailedPeerCertificate>()
  // The last one signed itself.
  for (let next = certificate; next && !chain.has(next); next = next.issuerCertificate) chain.add(next)
  const invalid = [...chain].find((one) => new Date(one.valid_to) < now || new Date(one.valid_from) > now)
  if (!invalid) return undefined
  const isServers = invalid === certificate
  const whose = isServers
    ? `The certificate of the server of ${shown}`
    : `The certificate of who signed that of the server of ${shown}`
  const mend = isServers
    ? 'have whoever looks after the server renew it'
    : 'have whoever looks after the server get its own signed anew, and name the new one of who signed it with ?sslrootcert=FILE in the address'
  const clock = `this machine's clock says ${plainTime(now.toISOString())}`
  const time = (at: string) => plainTime(new Date(at).toISOString())
  const [message, hint] =
    new Date(invalid.valid_to) < now
      ? [`${whose} expired at ${time(invalid.valid_to)}.`, `${sentence(mend)}; ${clock}.`]
      : [
          `${whose} is valid only from ${time(invalid.valid_from)}.`,
          `${sentence(clock)}: set it right; else ${mend}.`,
        ]
  return new Unavailable('store-untrusted', message, { hint, cause })
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
