import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const hasOpenssl = isThere()

function isThere(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export interface Certificate {
  key: string
  cert: string
}

export interface Authority extends Certificate {
  /** A certificate for a name, such as `IP:127.0.0.1`, that is good for so many days from now. */
  issue: (name: string, days: number) => Certificate
}

/** An authority of one's own, which nobody trusts who is not told to. @param days for how many days it is valid */
export function newAuthority(folder: string, { days: ownDays = 9 }: { days?: number } = {}): Authority {
  const at = (name: string) => join(folder, name)
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout']
  const read = (name: string) => readFileSync(at(name), 'utf8')
  const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
  openssl('req', ...key, at('ca.key'), '-out', at('ca.csr'), '-subj', '/CN=an authority', ...isAuthority)
  // `req -x509` makes none that has expired.
  openssl(
    ...['x509', '-req', '-in', at('ca.csr'), '-signkey', at('ca.key'), '-copy_extensions', 'copy'],
    ...['-days', String(ownDays), '-out', at('ca.pem')],
  )
  let issued = 0
  return {
    key: read('ca.key'),
    cert: read('ca.pem'),
    issue: (name, days) => {
      issued += 1
      const own = (ending: string) => at(`${issued}.${ending}`)
      const extension = ['-addext', `subjectAltName=${name}`]
      openssl('req', ...key, own('key'), '-out', own('csr'), '-subj', '/CN=a mail server', ...extension)
      openssl(
        ...[
          'x509',
          '-req',
          '-in',
          own('csr'),
          '-CA',
          at('ca.pem'),
          '-CAkey',
          at('ca.key'),
          '-CAcreateserial',
        ],
        ...['-copy_extensions', 'copy', '-days', String(days), '-out', own('pem')],
      )
      return { key: read(`${issued}.key`), cert: read(`${issued}.pem`) }
    },
  }
}
