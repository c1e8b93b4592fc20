import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface Received {
  to: string[]
  raw: string
  messageId: string
}

export interface RealServer {
  port: number
  received: Received[]
  connections: () => number
  close: () => Promise<void>
}

/** A real mail server on loopback. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<RealServer> {
  const received: Received[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (_session, done) => {
      connections += 1
      done()
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString()
        const messageId = /^Message-ID: (\S+)/im.exec(raw)?.[1] ?? ''
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw, messageId })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: portOf(listening),
    received,
    connections: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A server that speaks as it is told, line by line: for what a well-behaved one never does. */
export async function oddServer(
  speak: (socket: Socket) => void,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    speak(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers each command as a server does, until the one named, which gets this instead. */
export function upTo(command: string, instead: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    let inMessage = false
    let pending = ''
    socket.write('220 odd.example\r\n')
    socket.on('data', (chunk) => {
      pending += chunk.toString()
      const lines = pending.split('\r\n')
      pending = lines.pop() ?? ''
      for (const line of lines) {
        if (inMessage && line !== '.') continue
        const word = inMessage ? '.' : (/^\w+/.exec(line)?.[0] ?? '').toUpperCase()
        if (word === command) return instead(socket)
        if (word === 'DATA') {
          inMessage = true
          socket.write('354 go on\r\n')
        } else {
          inMessage = false
          socket.write('250 fine\r\n')
        }
      }
    })
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a server listens on a port')
  return address.port
}
