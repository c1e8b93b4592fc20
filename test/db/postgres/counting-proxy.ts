import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CountingProxy {
  port: number
  /** How often a desk asked, and waited for the answer, since this was asked last; signing in is not counted. */
  roundTrips: () => number
  /** How often a desk connected. */
  connections: () => number
  close: () => Promise<void>
}

const readyForQuery = 'Z'.charCodeAt(0)

/** Stands between a desk and its server, on this machine. @param delay of each way, in milliseconds */
export async function countingProxy(
  target: { host: string; port: number },
  { delay = 0 }: { delay?: number } = {},
): Promise<CountingProxy> {
  const open = new Set<Socket>()
  let asked = 0
  let connected = 0
  const pass = (bytes: Buffer, to: Socket) => {
    if (delay === 0) to.write(bytes)
    else setTimeout(() => to.write(bytes), delay)
  }
  const proxy = createServer((desk) => {
    connected += 1
    const server = connect(target.port, target.host)
    let isSignedIn = false
    let isAsking = false
    for (const socket of [desk, server]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    desk.on('data', (bytes) => {
      // A transaction that only read is ended while nothing is asked, however long that is; and goodbye has no answer.
      const isWaitedFor = bytes[0] !== 'X'.charCodeAt(0) && !bytes.includes('Q\0\0\0\rrollback\0')
      if (isSignedIn && !isAsking && isWaitedFor) asked += 1
      isAsking = true
      pass(bytes, server)
    })
    server.on('data', (bytes) => {
      isAsking = false
      isSignedIn ||= bytes.length > 5 && bytes[bytes.length - 6] === readyForQuery
      pass(bytes, desk)
    })
    const end = (socket: Socket) => () => {
      if (delay === 0) socket.destroy()
      else setTimeout(() => socket.destroy(), delay * 2)
    }
    desk.on('close', end(server))
    server.on('close', end(desk))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(proxy.address()),
    roundTrips: () => {
      const since = asked
      asked = 0
      return since
    },
    connections: () => connected,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
