import type { Kysely } from 'kysely'
import { listing } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import type { Store } from '../../db/schema.ts'
import { changedTemplates } from '../../db/templates.ts'
import { type ListedTemplate, templateFields } from '../../render/templates.ts'
import { letters } from '../../rules/mail/letters.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'show the letters and which of them were changed',
    description: 'List the letters: what each is for, and when and by whom its words were changed.',
    examples: ['ssh-admin templates list'],
    singular: 'template',
    answer: 'templateList',
    key: 'templates',
    fields: templateFields,
    table: ['name', 'does', 'words'],
    pipe: ['name', 'subject', 'edited-at', 'edited-by'],
    id: 'name',
    find: async ({ store: { db } }) => allOf(await listedTemplates(db)),
    json: (template) => template,
    none: 'No letter fits.',
  })

async function listedTemplates(db: Kysely<Store>): Promise<ListedTemplate[]> {
  const changed = new Map((await changedTemplates(db)).map((row) => [row.name, row]))
  return Object.entries(letters).map(([name, { does, subject }]) => {
    const row = changed.get(name)
    const { edited_at: editedAt = null, edited_by: editedBy = null } = row ?? {}
    return { name, does, subject: row?.subject ?? subject, edited: row !== undefined, editedAt, editedBy }
  })
}
