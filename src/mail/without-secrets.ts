import type { OpenStore } from '../db/store/open.ts'
import type { OutboxRow } from '../db/schema.ts'
import { changedTemplates } from '../db/templates.ts'
import { isLetterName, letters } from '../rules/mail/letters.ts'
import { letterWriter, type Said } from './compose.ts'
import { type Source, valuesOf } from './values.ts'

/** A message to look at: its link, password or code is left out, so that showing it opens nothing. */
export async function withoutSecrets({
  store,
  row,
  baseUrl,
}: {
  store: OpenStore
  row: OutboxRow
  baseUrl: string
}): Promise<Said> {
  const changed = new Map(
    (await changedTemplates(store.db)).map(({ name, text, html }) => [name, { text, html }]),
  )
  const writer = await letterWriter({ changed, from: 'nobody@localhost.example' })
  return writer.write({ letter: row.letter, subject: row.subject, values: publicValues({ row, baseUrl }) })
}

export function publicValues({ row, baseUrl }: Pick<Source, 'row' | 'baseUrl'>) {
  const carries = isLetterName(row.letter) ? letters[row.letter].carries : undefined
  const purpose = isLetterName(row.letter) ? letters[row.letter].credential : undefined
  const values = valuesOf({ row, purpose, baseUrl })
  if (!carries) return values
  const shown = { link: `${baseUrl}/…`, temporaryPassword: '••••-••••-••••-••••', code: '••••••' }
  return { ...values, [carries]: shown[carries] }
}
