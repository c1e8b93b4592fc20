import { Readable } from 'node:stream'
import { faultPoint } from '../fault-points.ts'
import type { Composed } from './compose.ts'
import type { MailServer } from './smtp-settings.ts'

/** How long to wait, in milliseconds. */
export interface Limits {
  connect: number
  greeting: number
  /** The longest silence: a server that sends something now and then is given longer. */
  reply: number
  /** The longest time for opening the connection, and for a message, however slowly the server answers. */
  total: number
}

export const defaultLimits: Limits = { connect: 10_000, greeting: 10_000, reply: 30_000, total: 120_000 }

/** What became of one message. */
export type SendOutcome =
  | { state: 'sent' }
  /** Refused for good: this recipient, this message. */
  | { state: 'failed'; reason: string; code?: string }
  /** Handed over, but the connection broke before the server answered: it may have arrived. */
  | { state: 'unknown'; reason: string }
  /**
   * `forAll`: the cause is not this message, and others would meet it too; `stops`: no other message is to be tried
   * now.
   */
  | { state: 'queued'; reason: string; forAll: boolean; stops?: boolean }

/** A connection to the mail server, for many messages. */
export interface SmtpConnection {
  send: (message: Composed) => Promise<SendOutcome>
  isOpen: () => boolean
  close: () => void
}

interface SmtpError extends Error {
  code?: string
  responseCode?: number
  response?: string | false
  command?: string
}

/**
 * Opens a connection to the mail server; a signal ends the attempt.
 * @returns a connection, or in words what prevents one
 */
export async function openSmtpConnection(
  server: MailServer,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SmtpConnection | { problem: string }> {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection')
  /** Reports a contradictory reply to the step that waits for an answer. */
  let reportContradiction: (error: SmtpError) => void = () => undefined
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.protection === 'tls',
    requireTLS: server.protection === 'starttls',
    ignoreTLS: server.protection === 'none',
    connectionTimeout: limits.connect,
    greetingTimeout: limits.greeting,
    socketTimeout: limits.reply,
    dnsTimeout: limits.connect,
    socketCloseTimeout: 1000,
    allowInternalNetworkInterfaces: true,
    // Explicit, because the environment (NODE_TLS_REJECT_UNAUTHORIZED) could set the opposite default.
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...server.tls },
    // nodemailer looks only at the first line of a reply, so each reply is checked here before nodemailer acts on it.
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
  const connectionError = new Promise<SmtpError>((resolve) => {
    reportContradiction = resolve
    connection.once('error', resolve)
  })
  // Later errors reach the sender of a message; without a listener they would end the program.
  connection.on('error', () => {
    open = false
  })
  connection.once('end', () => {
    open = false
  })

  const connected = new Promise<SmtpError | undefined>((resolve) =>
    connection.connect((error?: Error | null) => resolve(error ?? undefined)),
  )
  const opened = Promise.race([connected, connectionError]).then((problem) => problem ?? signIn())
  const failure = await withTimeout(limits.total, { work: opened, signal })
  if (failure) {
    close()
    return { problem: describeError(failure, server) }
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
      const answered = new Promise<SmtpError | undefined>((resolve) => {
        reportContradiction = resolve
        const envelope = { from: message.from, to: [message.to], size: message.raw.length }
        connection.send(envelope, body, (problem) => resolve(problem ?? undefined))
      })
      const error = await withTimeout(limits.total, { work: answered })
      faultPoint('a message was answered', 'done')
      if (!error) return { state: 'sent' }
      const outcome = outcomeOf(error, { handedOver, reason: describeError(error, server) })
      if (isTooLarge(error)) return outcome
      if (!error.responseCode || error.responseCode === 421 || !(await resetSession())) close()
      return outcome
    },
  }

  async function signIn(): Promise<SmtpError | undefined> {
    const { user, password } = server
    if (user === undefined || password === undefined) return undefined
    const answered = new Promise<SmtpError | undefined>((resolve) =>
      connection.login({ user, pass: password }, (error?: Error | null) => resolve(error ?? undefined)),
    )
    return Promise.race([answered, connectionError])
  }

  async function resetSession(): Promise<boolean> {
    if (!open) return false
    const answered = new Promise<SmtpError | undefined>((resolve) => {
      reportContradiction = resolve
      connection.reset((error?: Error | null) => resolve(error ?? undefined))
    })
    return (
      (await withTimeout(limits.total, { work: Promise.race([answered, connectionError]) })) === undefined
    )
  }
}

/** The error of the work, if any; or the error that the work took too long or was interrupted. */
async function withTimeout(
  milliseconds: number,
  { work, signal }: { work: Promise<SmtpError | undefined>; signal?: AbortSignal },
): Promise<SmtpError | undefined> {
  let fail: (error: SmtpError) => void = () => undefined
  const ended = new Promise<SmtpError>((resolve) => {
    fail = resolve
  })
  const stop = () => fail(new Error('interrupted'))
  const tooSlow = () => fail(Object.assign(new Error('it speaks too slowly'), { code: 'ETIMEDOUT' }))
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

/**
 * A reply that both accepts and refuses counts as neither: all lines of a reply must have one code [RFC 5321, 4.2.1].
 */
function contradiction(response: string): SmtpError {
  return Object.assign(new Error('its answer contradicts itself'), { response })
}

function contradicts(response: string | false | undefined): response is string {
  const codes = (response || '').split(/\r?\n/).flatMap((line) => /^\d{3}(?=[ -]|$)/.exec(line)?.[0] ?? [])
  return new Set(codes).size > 1
}

function outcomeOf(
  error: SmtpError,
  { handedOver, reason }: { handedOver: boolean; reason: string },
): SendOutcome {
  const { response, command } = error
  // A code above 599 is no reply of this protocol [RFC 5321, 4.2], and means nothing for the message.
  const responseCode = (error.responseCode ?? 0) < 600 ? (error.responseCode ?? 0) : 0
  if (isTooLarge(error)) return { state: 'failed', reason }
  if (contradicts(response)) return { state: handedOver ? 'unknown' : 'queued', reason, forAll: true }
  const aboutMessage = command === 'RCPT TO' || command === 'DATA'
  if (responseCode >= 500 && aboutMessage) {
    const answer = String(response || responseCode)
    if (isAboutSender(answer)) return { state: 'queued', reason, forAll: true, stops: true }
    return { state: 'failed', reason, code: codesOf(answer).join(' ') }
  }
  if (responseCode >= 400) return { state: 'queued', reason, forAll: !aboutMessage || responseCode === 421 }
  if (handedOver) return { state: 'unknown', reason }
  return { state: 'queued', reason, forAll: true }
}

/** The message is larger than the server announced that it accepts: nothing was handed over. */
function isTooLarge({ code, command }: SmtpError): boolean {
  return code === 'EMESSAGE' && command === 'MAIL FROM'
}

/** The reply code of a server's answer, followed by its enhanced status code [RFC 3463] where it has one. */
function codesOf(answer: string): string[] {
  const [, reply = '', precise] = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})\b)?/.exec(answer) ?? []
  return precise === undefined ? [reply] : [reply, precise]
}

// About the recipient's mailbox and address; 1.7 and 1.8 are about the sender's address.
const recipientCodes = /^5\.(1\.([0-6]|9|10)|2\.[1-4]|4\.[14])$/
// About the sender's address or quota, the server or its network, the protocol, or the sender's permissions.
const senderCodes = /^5\.(1\.[78]|2\.0|3\.[0-35]|4\.\d+|5\.\d+|7\.\d+)$/
const senderReplies = /^(500|502|503|530|534|535|538)$/
const senderWords =
  /\brelay|\bquota|\bsender\b|\bsending\b|\blimit\b|limit exceeded|too many|authenticat|blocked/i

/** Whether a refusal is about the sender or the amount, and not the recipient: the next message would meet it too. */
function isAboutSender(answer: string): boolean {
  const [reply = '', precise] = codesOf(answer)
  if (precise !== undefined && recipientCodes.test(precise)) return false
  if (precise !== undefined && senderCodes.test(precise)) return true
  return senderReplies.test(reply) || senderWords.test(answer)
}

/** What OpenSSL reports about a certificate, and what that means. */
const certificateErrors: readonly (readonly [RegExp, string])[] = [
  [/expired/i, 'the certificate of the server has expired'],
  [/not yet valid/i, 'the certificate of the server is not valid yet (is the clock right?)'],
  [/altname|does not match certificate/i, 'the certificate of the server is for another name'],
  [
    /self[- ]signed|unable to (verify|get)|UNABLE_TO|SELF_SIGNED/i,
    'the certificate of the server is signed by nobody whom this machine trusts',
  ],
  [/wrong version number|packet length too long/i, 'the server does not speak TLS on this port'],
]

/** The error in words that an administrator can act on. */
function describeError(error: SmtpError, { host, port }: MailServer): string {
  const { code, responseCode, response, message } = error
  const address = `${host}:${port}`
  const certificate = certificateErrors.find(([pattern]) => pattern.test(`${code} ${message}`))
  if (certificate) return `no protected connection to ${address}: ${certificate[1]}`
  if (code === 'ETLS') return `no protected connection to ${address}: ${message}`
  if (code === 'EAUTH') return `${signInFailureMessage(error, address)} (${response || message})`
  if (isTooLarge(error)) return `${host} takes no message as large as this one (${message})`
  if (contradicts(response)) return `${host} contradicts itself in one answer: ${response}`
  if (responseCode && response) return `${host} answered: ${response}`
  if (code === 'ETIMEDOUT') return `${address} did not answer in time (${message})`
  if (code === 'EDNS') return `there is no server called ${host}`
  if (/ECONNREFUSED/.test(`${code} ${message}`)) return `nothing answers at ${address} (connection refused)`
  return `the connection to ${address} failed: ${message}`
}

/**
 * Says what failed, so that nobody changes a correct password because a server was busy or offers no known sign-in
 * method.
 */
function signInFailureMessage({ responseCode = 0 }: SmtpError, at: string): string {
  if (responseCode >= 400 && responseCode < 500) return `${at} could not check the user and password now`
  if (responseCode > 500 && responseCode < 505)
    return `${at} offers no way to sign in with a user and password`
  return `${at} did not accept the user and password`
}
