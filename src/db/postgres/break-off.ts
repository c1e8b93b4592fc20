import { isIP, Socket } from 'node:net'
import { connect as encrypt } from 'node:tls'
import type pg from 'pg'
import type { ServerAddress } from '../../server-address.ts'
import { encryptionTo } from './connection.ts'

const sslRequest = [8, 80877103]
const cancelRequest = 80877102

/**
 * Asks the server to break off what it does for a connection, over one that is encrypted as that one is, at the address
 * that it has: of several that a name stands for, the others know nothing of it. Ends once the server has hung up: what
 * is asked before that may be broken off instead. Who asked does not hang up first: of that a pooler makes nothing of it,
 * or ends for everybody (pgbouncer 1.18).
 */
export function breakOff(client: pg.Client, server: ServerAddress): Promise<void> {
  return new Promise((resolve) => {
    const { host, port, connection } = client
    const socket = new Socket().unref()
    for (const event of ['error', 'close']) socket.on(event, () => resolve())
    const { remoteAddress = host } = connection.stream instanceof Socket ? connection.stream : {}
    if (host.startsWith('/')) socket.connect(`${host}/.s.PGSQL.${port}`)
    else socket.connect(port, remoteAddress)
    const encryption = encryptionTo(host, server)
    if (!encryption) {
      socket.write(requestTo(client))
      socket.resume()
      return
    }
    socket.write(integers(sslRequest))
    socket.once('data', (answer) => {
      if (answer.toString() !== 'S') return void socket.destroy()
      // The certificate is of the name.
      const servername = isIP(host) === 0 ? { servername: host } : {}
      const encrypted = encrypt({ socket, host, ...encryption, ...servername }, () =>
        encrypted.write(requestTo(client)),
      )
      encrypted.on('error', () => socket.destroy()).resume()
    })
  })
}

function requestTo(client: pg.Client): Buffer {
  const { processID, secretKey } = { processID: 0, secretKey: 0, ...client }
  return integers([16, cancelRequest, processID, secretKey])
}

function integers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value, at * 4)
  return bytes
}
