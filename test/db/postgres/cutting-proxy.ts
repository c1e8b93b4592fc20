import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { parseServerAddress } from '../../../src/server-address.ts'
import type { World } from '../../world.ts'

export interface CuttingProxy {
  port: number
  /** What is to happen to the next commit: the line is cut before the server hears it, or before its answer arrives. */
  cutNextCommit: (when: 'before' | 'after', then?: Then) => void
  /** The line is cut at each commit from now on, before the server hears it. */
  cutEachCommit: () => void
  /** After so many questions the line is cut, once: before the server hears the next, or before its answer arrives. */
  cutAfter: (questions: number, when: 'before' | 'after', then?: Then) => void
  /** Whether that many were asked; signing in does not count. */
  wasCut: () => boolean
  /** How many were cut who had only signed in. */
  cutAtFirstQuestion: () => number
  close: () => Promise<void>
}

/** What becomes of who comes later: `let nobody ask` lets them sign in, and cuts the line at their first question. */
type Then = 'let others through' | 'let nobody through' | 'let nobody ask'

const readyForQuery = 'Z'.charCodeAt(0)
const goodbye = 'X'.charCodeAt(0)

/** Stands between a desk and its server, on this machine. */
export async function cuttingProxy(target: { host: string; port: number }): Promise<CuttingProxy> {
  const open = new Set<Socket>()
  let cut: 'before' | 'after' | undefined
  let cutsEach = false
  let then: Then = 'let others through'
  let now: Then = 'let others through'
  let cutAtFirst = 0
  let cutsAnything = false
  let next: { questions: number; when: 'before' | 'after' } | undefined
  const proxy = createServer((desk) => {
    if (now === 'let nobody through') {
      desk.destroy()
      return
    }
    const server = connect(target.port, target.host)
    let deaf = false
    let isSignedIn = false
    for (const socket of [desk, server]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => open.delete(socket))
    }
    desk.on('data', (bytes) => {
      if (now === 'let nobody ask' && isSignedIn) {
        cutAtFirst += 1
        server.destroy()
        desk.destroy()
        return
      }
      if (next && isSignedIn && bytes[0] !== goodbye) {
        next.questions -= 1
        if (next.questions < 0) {
          cut = next.when
          next = undefined
        }
      }
      if (cut === undefined || (!cutsAnything && !bytes.includes('commit\0'))) {
        server.write(bytes)
        return
      }
      const when = cut
      if (!cutsEach) cut = undefined
      now = then
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
      } else {
        isSignedIn ||= bytes.length > 5 && bytes[bytes.length - 6] === readyForQuery
        desk.write(bytes)
      }
    })
    desk.on('close', () => server.destroy())
    server.on('close', () => desk.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(proxy.address()),
    cutNextCommit: (when, later = 'let others through') => {
      cut = when
      cutsAnything = false
      then = later
    },
    cutEachCommit: () => {
      cut = 'before'
      cutsEach = true
    },
    cutAfter: (questions, when, later = 'let others through') => {
      next = { questions, when }
      then = later
      cutsAnything = true
    },
    wasCut: () => next === undefined,
    cutAtFirstQuestion: () => cutAtFirst,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A proxy in front of the server of a world, and the place of its store through it. */
export async function proxyFor(world: World): Promise<{ proxy: CuttingProxy; place: string }> {
  const [server] = parseServerAddress(world.db).hosts
  if (!server) throw new Error('the server has a host')
  const proxy = await cuttingProxy(server)
  return { proxy, place: world.db.replace(/@[^/]+/, `@127.0.0.1:${proxy.port}`) }
}
