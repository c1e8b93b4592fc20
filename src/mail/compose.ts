import type { OutboxRow } from '../db/schema.ts'
import { readAddress } from '../rules/users/email.ts'
import { isLetterName } from '../rules/mail/letters.ts'
import { headerText } from '../rules/mail/queue-message.ts'
import { templateLanguage, type Values } from './fill-in.ts'
import { closed, framed } from './letters/frame.ts'
import { shipped } from './letters/letters.ts'

/** A message as it goes to a mail server or into a file. */
export interface Composed {
  from: string
  /** The one recipient. */
  to: string
  raw: Buffer
}

export interface Said {
  subject: string
  text: string
  html: string
}

export interface Parts {
  text: string
  html: string
}

export interface Writer {
  /** The words of a letter. */
  write: (letter: { letter: string; subject: string; values: Values }) => Said
  /** A message for one person, always with the same bytes for the same row. */
  compose: (row: OutboxRow, said: Said) => Promise<Composed>
}

/** Writes letters in the words of the templates, as staff last changed them. */
export async function letterWriter({
  changed,
  from,
}: {
  changed: ReadonlyMap<string, Parts>
  from: string
}): Promise<Writer> {
  const [text, html] = await Promise.all([templateLanguage('text'), templateLanguage('html')])
  // Of the package only what puts a message together: its ways to mail servers take longer to load than to write it.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const sender = addressOf(from)
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  return {
    write: ({ letter, subject, values }) => {
      const parts = changed.get(letter) ?? (isLetterName(letter) ? shipped[letter] : undefined)
      if (!parts) throw new Error(`there is no letter called ${letter}`)
      return {
        subject: headerText(subject),
        text: closed(text.fillIn(parts.text, values)),
        html: framed({ subject: headerText(subject), body: html.fillIn(parts.html, values) }),
      }
    },
    compose: async (row, said) => {
      const to = addressOf(row.to_address)
      const message = new MailComposer({
        from: { name: 'Cambridge School Support Hub', address: sender },
        to: { name: headerText(row.to_name), address: to },
        envelope: { from: sender, to: [to] },
        subject: said.subject,
        text: said.text,
        html: said.html,
        date: new Date(row.created_at),
        messageId: `<${row.message_id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        baseBoundary: row.message_id,
        newline: 'windows',
        disableFileAccess: true,
        disableUrlAccess: true,
      }).compile()
      const recipients = [message.getEnvelope().to].flat()
      if (recipients.length !== 1 || recipients[0] !== to)
        throw new Error(`a message is for one person, not for ${recipients.join(' and ')}`)
      return { from: sender, to, raw: await message.build() }
    },
  }
}

/** As servers know it: its domain in ASCII. What is no single plain address never gets further. */
function addressOf(text: string): string {
  const address = readAddress(text)
  if (!('key' in address)) throw new Error(`${headerText(text)} ${address.problem}`)
  const { email, key } = address
  return email.slice(0, email.lastIndexOf('@')) + key.slice(key.lastIndexOf('@'))
}
