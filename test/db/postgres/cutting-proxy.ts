import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy {
  port: number
  /** What is to happen to the next commit: the line is cut before the server hears it, or before its answer arrives. */
  cutNextCommit: (when: 'before' | 'after', then?: 'let others through' | 'let nobody through') => void
  close: () => Promise<void>
}

/** Stands between a desk and its server, on this machine. */
export async function cuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  const open = new Set<Socket>()
  let cut: 'before' | 'after' | undefined
  let refusesThen = false
  let refusing = false
  const proxy = createServer((desk) => {
    if (refusing) {
      desk.destroy()
      return
    }
    const server = connect(target.port, target.host)
    let deaf = false
    for (const socket of [desk, server]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    desk.on('data', (bytes) => {
      if (cut === undefined || !bytes.includes('commit\0')) {
        server.write(bytes)
        return
      }
      const when = cut
      cut = undefined
      refusing = refusesThen
      if (when === 'before') {
        server.destroy()
        desk.destroy()
      } else {
        deaf = true
        server.write(bytes)
      }
    })
    server.on('data', (bytes) => {
      if (deaf) {
        desk.destroy()
        server.destroy()
      } else desk.write(bytes)
    })
    desk.on('close', () => server.destroy())
    server.on('close', () => desk.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(proxy.address()),
    cutNextCommit: (when, then = 'let others through') => {
      cut = when
      refusesThen = then === 'let nobody through'
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
