import { mailServer } from '../mail/server.ts'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'
import type { Desk } from './desk.ts'

/** What runs beside an operation. */
export interface Environment {
  env: Record<string, string>
  /** What is not as it should be once the operation was repeated. */
  whatIsWrong: () => Promise<string[]>
  close: () => Promise<void>
}

/** A mail server on loopback: no message comes to it twice, and of none that did not come the store is silent. */
export async function withMailServer({ db }: Desk): Promise<Environment> {
  const server = await mailServer()
  return {
    env: { SSH_ADMIN_SMTP_URL: `smtp://127.0.0.1:${server.port}?ignoreTLS=true` },
    whatIsWrong: async () => {
      const came = server.received.flatMap(({ to }) => to)
      const twice = came.filter((address, at) => came.indexOf(address) !== at)
      const lost = waitingIn(db).filter((address) => !came.includes(address))
      return [
        ...twice.map((address) => `the message to ${address} came twice`),
        ...lost.map((address) => `the message to ${address} is lost`),
      ]
    },
    close: server.close,
  }
}

/** To whom a message went, as far as the store knows: all but those of which it says that it does not know. */
function waitingIn(db: string): string[] {
  const raw = connectSqlite(db)
  try {
    const sql = `select to_address from outbox where state not in ('unknown', 'cancelled')`
    return raw.prepare(sql).pluck().all().map(String)
  } finally {
    raw.close()
  }
}
