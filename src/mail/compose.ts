import type { OutboxRow } from '../db/schema.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { changedTemplates } from '../db/templates.ts'
import { Refused } from '../errors.ts'
import { readAddress } from '../rules/users/email.ts'
import { isLetterName, type LetterParts, letters, type LetterWords } from '../rules/mail/letters.ts'
import { headerText } from '../rules/mail/queue-message.ts'
import { fillInShipped, type Language, templateLanguage, type Values } from './fill-in.ts'
import { withSender, htmlPage, shippedLetters } from './letters.ts'
import { type Destination, mimeMessage } from './mime.ts'
import { type Source, valuesOf } from './values.ts'

/** A message as it goes to a mail server or into a file. */
export interface Composed {
  from: string
  /** The one recipient. */
  to: string
  raw: Buffer
}

export interface Writer {
  write: (letter: { letter: string; subject: string; values: Values }) => Promise<LetterWords>
  /** Composes a message for one person; the same row always gives the same bytes. */
  compose: (row: OutboxRow, words: LetterWords, destination: Destination) => Composed
}

/** Writes letters in the words of the templates, as staff last changed them. */
export function letterWriter({
  changed,
  from,
}: {
  changed: ReadonlyMap<string, LetterParts>
  from: string
}): Writer {
  const sender = addressOf(from)
  const domain = sender.slice(sender.lastIndexOf('@') + 1)
  const fillIn = templateFiller()
  return {
    write: async ({ letter, subject, values }) => {
      const shipped = isLetterName(letter) ? shippedLetters[letter] : undefined
      const edited = changed.get(letter)
      if (!edited && !shipped) throw new Error(`there is no letter called ${letter}`)
      const fillPart = (kind: 'text' | 'html') =>
        fillIn(kind, { edited: edited?.[kind], shipped: shipped?.[kind] ?? '', values })
      return {
        subject: headerText(subject),
        text: withSender(await fillPart('text')),
        html: htmlPage({ subject: headerText(subject), body: await fillPart('html') }),
      }
    },
    compose: (row, words, destination) => {
      const to = addressOf(row.to_address)
      const message = {
        from: { name: 'Cambridge School Support Hub', address: sender },
        to: { name: headerText(row.to_name), address: to },
        date: new Date(row.created_at),
        id: `${row.message_id}@${domain}`,
        ...words,
      }
      const raw = mimeMessage(message, destination)
      return { from: sender, to, raw }
    },
  }
}

/**
 * The words of a message to be looked at: its link, password or code is left out, so that showing the message opens
 * nothing.
 * @throws `template-broken` where the template as changed cannot be read, for instance because the store was edited by
 * hand
 */
export async function redactedMessage({
  store,
  row,
  baseUrl,
}: {
  store: OpenStore
  row: OutboxRow
  baseUrl: string
}): Promise<LetterWords> {
  const changed = new Map((await changedTemplates(store.db)).map((row) => [row.name, row]))
  const writer = letterWriter({ changed, from: 'nobody@localhost.example' })
  const { letter, subject } = row
  try {
    return await writer.write({ letter, subject, values: publicValues({ row, baseUrl }) })
  } catch (error) {
    if (!(error instanceof Error) || !changed.has(letter)) throw error
    throw new Refused('template-broken', `The template ${letter} cannot be used: ${error.message}.`, {
      hint: `ssh-admin templates edit ${letter} mends it, and templates reset ${letter} gives it its shipped words back.`,
      cause: error,
    })
  }
}

function publicValues({ row, baseUrl }: Pick<Source, 'row' | 'baseUrl'>) {
  const { carries, credential: purpose } = isLetterName(row.letter) ? letters[row.letter] : {}
  const values = valuesOf({ row, purpose, baseUrl })
  if (!carries) return values
  const shown = { link: `${baseUrl}/…`, temporaryPassword: '••••-••••-••••-••••', code: '••••••' }
  return { ...values, [carries]: shown[carries] }
}

interface Template {
  /** The text as staff changed it. */
  edited: string | undefined
  /** The text as it is shipped. */
  shipped: string
  values: Values
}

/** Fills in templates; the template language is loaded only where staff changed a template. */
function templateFiller(): (kind: 'text' | 'html', template: Template) => Promise<string> {
  const loaded: { text?: Promise<Language>; html?: Promise<Language> } = {}
  return async (kind, { edited, shipped, values }) => {
    const filled = edited === undefined ? fillInShipped(shipped, { values, kind }) : undefined
    if (filled !== undefined) return filled
    loaded[kind] ??= templateLanguage(kind)
    return (await loaded[kind]).fillIn(edited ?? shipped, values)
  }
}

/** An address as servers know it, with its domain in ASCII. Anything but one plain address is refused here. */
function addressOf(text: string): string {
  const address = readAddress(text)
  if (!('key' in address)) throw new Error(`${headerText(text)} ${address.problem}`)
  const { email, key } = address
  return email.slice(0, email.lastIndexOf('@')) + key.slice(key.lastIndexOf('@'))
}
