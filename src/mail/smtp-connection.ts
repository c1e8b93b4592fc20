import { Readable } from 'node:stream'
import { faultPoint } from '../fault-points.ts'
import type { Composed } from './compose.ts'
import type { MailServer } from './smtp-settings.ts'

/** How long to wait, in milliseconds. */
export interface Limits {
  connect: number
  greet: number
  /** Of silence: whoever says a word now and then is waited for longer. */
  reply: number
  /** For opening the connection, and for a message: nobody is waited for longer than that, however slowly they speak. */
  whole: number
}

export const usualLimits: Limits = { connect: 10_000, greet: 10_000, reply: 30_000, whole: 120_000 }

/** What became of one message. */
export type SendOutcome =
  | { state: 'sent' }
  /** Refused for good: this recipient, this message. */
  | { state: 'failed'; reason: string; code?: string }
  /** Handed over, but the connection broke before the server answered: it may have arrived. */
  | { state: 'unknown'; reason: string }
  /**
   * `forAll`: what is wrong is not about this message, others would meet it too; `stops`: none of them is
   * to be tried now.
   */
  | { state: 'queued'; reason: string; forAll: boolean; stops?: boolean }

/** A connection to the mail server, for many messages. */
export interface SmtpConnection {
  send: (message: Composed) => Promise<SendOutcome>
  isOpen: () => boolean
  close: () => void
}

interface Trouble extends Error {
  code?: string
  responseCode?: number
  response?: string | false
  command?: string
}

/**
 * Opens a connection to the mail server; a signal ends that.
 * @returns in words what stands in the way, if something does
 */
export async function openSmtpConnection(
  server: MailServer,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SmtpConnection | { trouble: string }> {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection')
  /** Told to whoever waits for an answer just now. */
  let reportContradiction: (trouble: Trouble) => void = () => undefined
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.protection === 'tls',
    requireTLS: server.protection === 'starttls',
    ignoreTLS: server.protection === 'none',
    connectionTimeout: limits.connect,
    greetingTimeout: limits.greet,
    socketTimeout: limits.reply,
    dnsTimeout: limits.connect,
    socketCloseTimeout: 1000,
    allowInternalNetworkInterfaces: true,
    // Said, because the environment (NODE_TLS_REJECT_UNAUTHORIZED) would say otherwise.
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...server.tls },
    // It goes by the first line of a reply alone, so that each is looked at before it is acted on.
    transactionLog: true,
    logger: {
      debug: ({ tnx }: { tnx?: string }, reply?: string) => {
        if (tnx !== 'server' || !contradicts(reply)) return
        reportContradiction(contradiction(reply))
        close()
      },
    },
  })
  let open = false
  const close = () => {
    open = false
    connection.close()
  }
  const broken = new Promise<Trouble>((resolve) => {
    reportContradiction = resolve
    connection.once('error', resolve)
  })
  // Later errors reach whoever sends; unheard they would end the program.
  connection.on('error', () => {
    open = false
  })
  connection.once('end', () => {
    open = false
  })

  const connected = new Promise<Trouble | undefined>((resolve) =>
    connection.connect((error?: Error | null) => resolve(error ?? undefined)),
  )
  const opened = Promise.race([connected, broken]).then((problem) => problem ?? signedIn())
  const trouble = await within(limits.whole, { work: opened, signal })
  if (trouble) {
    close()
    return { trouble: describe(trouble, server) }
  }
  open = true
  return {
    isOpen: () => open,
    close: () => {
      if (!open) return
      open = false
      connection.quit()
    },
    send: async (message) => {
      let handedOver = false
      faultPoint('send a message', 'smtp')
      const body = Readable.from([message.raw], { objectMode: false })
      body.once('end', () => {
        handedOver = true
      })
      const answered = new Promise<Trouble | undefined>((resolve) => {
        reportContradiction = resolve
        const envelope = { from: message.from, to: [message.to], size: message.raw.length }
        connection.send(envelope, body, (problem) => resolve(problem ?? undefined))
      })
      const error = await within(limits.whole, { work: answered })
      faultPoint('a message was answered', 'done')
      if (!error) return { state: 'sent' }
      const outcome = outcomeOf(error, { handedOver, words: describe(error, server) })
      if (isTooLarge(error)) return outcome
      if (!error.responseCode || error.responseCode === 421 || !(await backToStart())) close()
      return outcome
    },
  }

  async function signedIn(): Promise<Trouble | undefined> {
    const { user, password } = server
    if (user === undefined || password === undefined) return undefined
    const answered = new Promise<Trouble | undefined>((resolve) =>
      connection.login({ user, pass: password }, (error?: Error | null) => resolve(error ?? undefined)),
    )
    return Promise.race([answered, broken])
  }

  async function backToStart(): Promise<boolean> {
    if (!open) return false
    const answered = new Promise<Trouble | undefined>((resolve) => {
      reportContradiction = resolve
      connection.reset((error?: Error | null) => resolve(error ?? undefined))
    })
    return (await within(limits.whole, { work: Promise.race([answered, broken]) })) === undefined
  }
}

/** What the work answers, or the trouble that it took too long, or was no longer wanted. */
async function within(
  milliseconds: number,
  { work, signal }: { work: Promise<Trouble | undefined>; signal?: AbortSignal },
): Promise<Trouble | undefined> {
  let end: (trouble: Trouble) => void = () => undefined
  const ended = new Promise<Trouble>((resolve) => {
    end = resolve
  })
  const stop = () => end(new Error('interrupted'))
  const tooSlow = () => end(Object.assign(new Error('it speaks too slowly'), { code: 'ETIMEDOUT' }))
  const timer = setTimeout(tooSlow, milliseconds)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

/** What was taken and refused in one reply was neither: each of its lines has the same code [RFC 5321, 4.2.1]. */
function contradiction(response: string): Trouble {
  return Object.assign(new Error('its answer contradicts itself'), { response })
}

function contradicts(response: string | false | undefined): response is string {
  const codes = (response || '').split(/\r?\n/).flatMap((line) => /^\d{3}(?=[ -]|$)/.exec(line)?.[0] ?? [])
  return new Set(codes).size > 1
}

function outcomeOf(
  trouble: Trouble,
  { handedOver, words }: { handedOver: boolean; words: string },
): SendOutcome {
  const { response, command } = trouble
  // What is beyond 599 is no answer of this protocol [RFC 5321, 4.2], and says nothing of the message.
  const responseCode = (trouble.responseCode ?? 0) < 600 ? (trouble.responseCode ?? 0) : 0
  if (isTooLarge(trouble)) return { state: 'failed', reason: words }
  if (contradicts(response)) return { state: handedOver ? 'unknown' : 'queued', reason: words, forAll: true }
  const aboutMessage = command === 'RCPT TO' || command === 'DATA'
  if (responseCode >= 500 && aboutMessage) {
    const answer = String(response || responseCode)
    if (isAboutSender(answer)) return { state: 'queued', reason: words, forAll: true, stops: true }
    return { state: 'failed', reason: words, code: codesOf(answer).join(' ') }
  }
  if (responseCode >= 400)
    return { state: 'queued', reason: words, forAll: !aboutMessage || responseCode === 421 }
  if (handedOver) return { state: 'unknown', reason: words }
  return { state: 'queued', reason: words, forAll: true }
}

/** Larger than the server said that it takes: nothing was handed over. */
function isTooLarge({ code, command }: Trouble): boolean {
  return code === 'EMESSAGE' && command === 'MAIL FROM'
}

/** The reply code of a server's answer, and the more precise one of RFC 3463 where it has one. */
function codesOf(answer: string): string[] {
  const [, reply = '', precise] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})\b)?/.exec(answer) ?? []
  return precise === undefined ? [reply] : [reply, precise]
}

// Mailbox and address of the recipient; the sender's address is 1.7 and 1.8.
const recipientCodes = /^5\.(1\.([0-6]|9|10)|2\.[1-4]|4\.[14])$/
// The sender's address or quota, the server itself or its network, the protocol, and what the sender may.
const senderCodes = /^5\.(1\.[78]|2\.0|3\.[0-35]|4\.\d+|5\.\d+|7\.\d+)$/
const senderReplies = /^(500|502|503|530|534|535|538)$/
const senderWords =
  /\brelay|\bquota|\bsender\b|\bsending\b|\blimit\b|limit exceeded|too many|authenticat|blocked/i

/** Whether a refusal speaks of who sends, or how much, and not of the recipient: the next would meet it too. */
function isAboutSender(answer: string): boolean {
  const [reply = '', precise] = codesOf(answer)
  if (precise !== undefined && recipientCodes.test(precise)) return false
  if (precise !== undefined && senderCodes.test(precise)) return true
  return senderReplies.test(reply) || senderWords.test(answer)
}

/** What OpenSSL says of a certificate, and what that means. */
const certificateTroubles: readonly (readonly [RegExp, string])[] = [
  [/expired/i, 'the certificate of the server has expired'],
  [/not yet valid/i, 'the certificate of the server is not valid yet (is the clock right?)'],
  [/altname|does not match certificate/i, 'the certificate of the server is for another name'],
  [
    /self[- ]signed|unable to (verify|get)|UNABLE_TO|SELF_SIGNED/i,
    'the certificate of the server is signed by nobody whom this machine trusts',
  ],
  [/wrong version number|packet length too long/i, 'the server does not speak TLS on this port'],
]

/** The trouble in words that an administrator can act on. */
function describe(trouble: Trouble, { host, port }: MailServer): string {
  const { code, responseCode, response, message } = trouble
  const at = `${host}:${port}`
  const certificate = certificateTroubles.find(([pattern]) => pattern.test(`${code} ${message}`))
  if (certificate) return `no protected connection to ${at}: ${certificate[1]}`
  if (code === 'ETLS') return `no protected connection to ${at}: ${message}`
  if (code === 'EAUTH') return `${notSignedIn(trouble, at)} (${response || message})`
  if (isTooLarge(trouble)) return `${host} takes no message as large as this one (${message})`
  if (contradicts(response)) return `${host} contradicts itself in one answer: ${response}`
  if (responseCode && response) return `${host} answered: ${response}`
  if (code === 'ETIMEDOUT') return `${at} did not answer in time (${message})`
  if (code === 'EDNS') return `there is no server called ${host}`
  if (/ECONNREFUSED/.test(`${code} ${message}`)) return `nothing answers at ${at} (connection refused)`
  return `the connection to ${at} failed: ${message}`
}

/** A password that is right is not to be changed because a server was busy, or knows no way to sign in that we know. */
function notSignedIn({ responseCode = 0 }: Trouble, at: string): string {
  if (responseCode >= 400 && responseCode < 500) return `${at} could not check the user and password now`
  if (responseCode > 500 && responseCode < 505)
    return `${at} offers no way to sign in with a user and password`
  return `${at} did not accept the user and password`
}
