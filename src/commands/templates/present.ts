import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { findTemplate } from '../../db/templates.ts'
import { shipped } from '../../mail/letters/letters.ts'
import type { Template } from '../../mail/template-source.ts'
import { type LetterName, letters } from '../../rules/mail/letters.ts'

/** A letter's template as it is now, and whether staff changed it. */
export async function presentTemplate(
  db: Kysely<Store>,
  letter: LetterName,
): Promise<Template & { edited: boolean }> {
  const row = await findTemplate(db, letter)
  if (row) return { subject: row.subject, text: row.text, html: row.html, edited: true }
  return { ...shippedTemplate(letter), edited: false }
}

/** A letter's template as it was shipped. */
export function shippedTemplate(letter: LetterName): Template {
  const { text, html } = shipped[letter]
  return { subject: letters[letter].subject, text: text.trim(), html: html.trim() }
}
