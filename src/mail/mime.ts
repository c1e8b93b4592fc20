/** A message for one person, in plain text and in HTML. */
export interface MessageContent {
  from: Mailbox
  to: Mailbox
  subject: string
  date: Date
  /** The Message-ID without its angle brackets. */
  id: string
  text: string
  html: string
}

/** Name and subject are one line each, and the address is plain ASCII. */
export interface Mailbox {
  name: string
  address: string
}

/** Where a message goes: a server may break long lines and accept only ASCII; a file is also read by people. */
export type Destination = 'server' | 'file'

/**
 * A message as it goes to a server [RFC 5322, 2045 to 2047], in ASCII and in lines that no server breaks; or into a
 * file, in which a link can be copied whole. The same message has the same bytes.
 */
export function mimeMessage(
  { from, to, subject, date, id, text, html }: MessageContent,
  destination: Destination,
): Buffer {
  // No line of quoted-printable begins with `=_`; in a file only a line with the message's own id could be mistaken.
  const boundary = `=_${id.replace(/[^a-z0-9]/gi, '.').slice(0, 60)}`
  const lines = [
    'Auto-Submitted: auto-generated',
    header('From', mailbox(from)),
    header('To', mailbox(to)),
    header('Subject', isPlain(subject) ? subject : encodedWords(subject)),
    `Message-ID: <${id}>`,
    `Date: ${date.toUTCString().replace(/GMT$/, '+0000')}`,
    'MIME-Version: 1.0',
    // Without this header, the message promises that all of its parts are ASCII [RFC 2045, 6.4].
    ...(destination === 'file' ? ['Content-Transfer-Encoding: 8bit'] : []),
    'Content-Type: multipart/alternative;',
    ` boundary="${boundary}"`,
    '',
    ...part('plain', { text, boundary, destination }),
    ...part('html', { text: html, boundary, destination }),
    `--${boundary}--`,
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

interface Part {
  text: string
  boundary: string
  destination: Destination
}

/** The longest line in bytes, without its end, that a message may have [RFC 5322, 2.1.1]. */
const maxLineBytes = 998

function part(kind: 'plain' | 'html', { text, boundary, destination }: Part): string[] {
  const lines = text.split(/\r\n|\r|\n/)
  const isWhole = destination === 'file' && lines.every((line) => Buffer.byteLength(line) <= maxLineBytes)
  return [
    `--${boundary}`,
    `Content-Type: text/${kind}; charset=utf-8`,
    `Content-Transfer-Encoding: ${isWhole ? '8bit' : 'quoted-printable'}`,
    '',
    // Each byte of UTF-8 becomes one character, since the whole message is encoded as latin1.
    ...lines.map((line) => (isWhole ? Buffer.from(line).toString('latin1') : quotedPrintable(line))),
  ]
}

function mailbox({ name, address }: Mailbox): string {
  if (name === '') return `<${address}>`
  if (!isPlain(name)) return `${encodedWords(name)} <${address}>`
  const quoted = /^[a-z0-9 ]+$/i.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
  return `${quoted} <${address}>`
}

/** Whether a text can stand in a header unencoded, and is not taken for encoded; a long word would make a long line. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('=?') && !/\S{60}/.test(text)
}

const maxLine = 76

/** A header, folded at blanks into lines. */
function header(name: string, value: string): string {
  let line = `${name}:`
  const lines: string[] = []
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > maxLine && line.trim() !== '' && word !== '') {
      lines.push(line)
      line = ''
    }
    line += ` ${word}`
  }
  return [...lines, line].join('\r\n')
}

/**
 * 45 bytes become at most 60 letters of base64: with the delimiters, fewer than the 75 that an encoded word may have.
 */
const maxBytesOfEncodedWord = 45

function encodedWords(text: string): string {
  const words: string[] = []
  let word = ''
  for (const letter of text) {
    if (Buffer.byteLength(word + letter) > maxBytesOfEncodedWord) {
      words.push(word)
      word = ''
    }
    word += letter
  }
  words.push(word)
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ')
}

/**
 * Characters to be encoded: all but ASCII and blanks, and a blank at the end of a line, which would be lost on its way.
 */
const unsafeCharacters = /[^\t\x20-\x3c\x3e-\x7e]|[\t ]$/g

/** One line of a text in quoted-printable: several lines, each but the last ending in = where the text goes on. */
function quotedPrintable(line: string): string {
  const bytes = Buffer.from(line).toString('latin1')
  let rest = bytes.replace(
    unsafeCharacters,
    (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
  let written = ''
  while (rest.length > maxLine) {
    // One column is kept for the = at the end, and an escape of three characters is not split.
    const within = rest.slice(0, maxLine - 1)
    const cut = within.length - (/=.?$/.exec(within)?.[0].length ?? 0)
    written += `${rest.slice(0, cut)}=\r\n`
    rest = rest.slice(cut)
  }
  return written + rest
}
