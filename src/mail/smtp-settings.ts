import { statSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Settings } from '../config.ts'
import { decodeText, readPlainFile } from '../input-file.ts'
import { Unavailable, Usage } from '../errors.ts'
import { headerText } from '../rules/mail/queue-message.ts'
import { readAddress } from '../rules/users/email.ts'
import { pathInWords, shellWord } from '../shell-word.ts'

export interface MailServer {
  host: string
  port: number
  /** TLS from the start, STARTTLS before anything else, or none, which is allowed only to this machine itself. */
  protection: 'tls' | 'starttls' | 'none'
  user?: string
  password?: string
  /** Further options of the TLS connection, such as a private certificate authority. */
  tls?: ConnectionOptions
}

/**
 * Refuses settings with which nothing could be sent.
 * @throws `bad-smtp`, `smtp-password-…`, `bad-mail-from`, `bad-base-url`
 */
export function checkMailSettings(settings: Settings): void {
  mailServerOf(settings)
  refuseBadBaseUrl(settings.baseUrl.value)
  const text = settings.mailFrom.value
  const address = readAddress(text)
  if ('key' in address) return
  throw new Usage(
    `The address that messages come from (SSH_ADMIN_MAIL_FROM) is wrong: ${headerText(text)} ${address.problem}.`,
    { code: 'bad-mail-from', hint: 'Such as noreply@school.example, without a name.' },
  )
}

function refuseBadBaseUrl(text: string): void {
  if (/^https:\/\/[^\s?#@\\]+$/i.test(text) && URL.canParse(text)) return
  throw new Usage('The address of the site (SSH_ADMIN_BASE_URL) is wrong: no link can be made with it.', {
    code: 'bad-base-url',
    hint: 'Such as https://hub.example: with https, and without a user or password.',
  })
}

/** The mail server of the settings; undefined where none is set. @throws `bad-smtp`, `smtp-password-…` */
export function mailServerOf({ smtp, smtpPasswordFile }: Settings): MailServer | undefined {
  if (smtp.value === undefined) return undefined
  const url = urlOf(smtp.value)
  if (url.password !== '') {
    throw invalidSmtpSetting(
      'It must not hold a password.',
      'Put it in a file that only you can read, and name the file in SSH_ADMIN_SMTP_PASSWORD_FILE.',
    )
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (host === '') throw invalidSmtpSetting('It names no server.')
  if (url.port === '0') throw invalidSmtpSetting('No server has the port 0.')
  const secure = url.protocol === 'smtps:'
  const server: MailServer = {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    protection: protectionOf(url, host),
  }
  if (url.username === '') return server
  return { ...server, user: userIn(url), password: passwordIn(smtpPasswordFile.value) }
}

function userIn({ username }: URL): string {
  try {
    return decodeURIComponent(username)
  } catch {
    throw invalidSmtpSetting('Its user cannot be read.', 'A % in it is written %25, an @ is written %40.')
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'smtp:' || url?.protocol === 'smtps:') return url
  throw invalidSmtpSetting('It begins with smtp:// or smtps://.')
}

function protectionOf(url: URL, host: string): MailServer['protection'] {
  const secure = url.protocol === 'smtps:'
  for (const [name, value] of url.searchParams) {
    if (secure || name !== 'ignoreTLS' || value !== 'true')
      throw invalidSmtpSetting('What follows its ? means nothing there.')
  }
  if (secure) return 'tls'
  if (!url.searchParams.has('ignoreTLS')) return 'starttls'
  if (isThisMachine(host)) return 'none'
  throw invalidSmtpSetting(
    `Messages to ${host} would cross the network unprotected.`,
    'Leave ?ignoreTLS=true away: it is only for this machine itself (localhost).',
  )
}

function isThisMachine(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function invalidSmtpSetting(
  reason: string,
  hint = 'Such as smtp://user@mail.example:587 or smtps://mail.example.',
): Usage {
  return new Usage(`The mail server's address (SSH_ADMIN_SMTP_URL, --smtp) is wrong. ${reason}`, {
    code: 'bad-smtp',
    hint,
  })
}

function passwordIn(path: string | undefined): string {
  if (path !== undefined) return smtpPasswordIn(path)
  throw invalidSmtpSetting(
    'It names a user, but no password is set.',
    'Name the file that holds it: ssh-admin config set smtp-password-file FILE, or SSH_ADMIN_SMTP_PASSWORD_FILE.',
  )
}

/** The password in a file. @throws `smtp-password-exposed`, `smtp-password-missing` */
export function smtpPasswordIn(path: string): string {
  try {
    if (process.platform !== 'win32' && statSync(path).mode & 0o077) {
      throw new Unavailable(
        'smtp-password-exposed',
        `The mail server's password in ${pathInWords(path)} can be read by others.`,
        {
          hint: `chmod 600 ${shellWord(path)}`,
        },
      )
    }
    const bytes = readPlainFile(path)
    if (bytes === undefined) throw new Error('a pipe or a device')
    const password = decodeText(bytes)
    if (password === undefined) throw new Error('neither UTF-8 nor UTF-16')
    return password.replace(/(?:\r\n|\n|\r)$/, '')
  } catch (cause) {
    if (cause instanceof Unavailable) throw cause
    throw new Unavailable(
      'smtp-password-missing',
      `The mail server's password cannot be read from ${pathInWords(path)}.`,
      {
        hint: 'Check the path (SSH_ADMIN_SMTP_PASSWORD_FILE), that it is a file, and that you may read it.',
        cause,
      },
    )
  }
}
