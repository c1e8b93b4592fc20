import { isIP, Socket } from 'node:net'
import { connect as encrypt } from 'node:tls'
import type pg from 'pg'
import type { ServerAddress } from '../../server-address.ts'
import { tlsOptionsFor } from './connection.ts'

const sslRequest = [8, 80877103]
const cancelRequest = 80877102

/**
 * Sends a cancel request for a connection's query, over a second connection with the same TLS options and to the same IP
 * address (a host name may resolve to several servers). Resolves once the server has closed it: a query sent earlier
 * could be cancelled instead. The client does not close first, because pgbouncer 1.18 then ignores the request or crashes.
 */
export function cancelQuery(client: pg.Client, server: ServerAddress): Promise<void> {
  return new Promise((resolve) => {
    const { host, port, connection } = client
    const socket = new Socket().unref()
    for (const event of ['error', 'close']) socket.on(event, () => resolve())
    const { remoteAddress = host } = connection.stream instanceof Socket ? connection.stream : {}
    if (host.startsWith('/')) socket.connect(`${host}/.s.PGSQL.${port}`)
    else socket.connect(port, remoteAddress)
    const encryption = tlsOptionsFor(host, server)
    if (!encryption) {
      socket.write(cancelMessageFor(client))
      socket.resume()
      return
    }
    socket.write(int32Buffer(sslRequest))
    socket.once('data', (answer) => {
      if (answer.toString() !== 'S') return void socket.destroy()
      // The certificate names the host, not its IP address.
      const servername = isIP(host) === 0 ? { servername: host } : {}
      const encrypted = encrypt({ socket, host, ...encryption, ...servername }, () =>
        encrypted.write(cancelMessageFor(client)),
      )
      encrypted.on('error', () => socket.destroy()).resume()
    })
  })
}

function cancelMessageFor(client: pg.Client): Buffer {
  const { processID, secretKey } = { processID: 0, secretKey: 0, ...client }
  return int32Buffer([16, cancelRequest, processID, secretKey])
}

function int32Buffer(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value, at * 4)
  return bytes
}
