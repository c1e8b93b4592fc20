import { changedTemplates } from '../../db/templates.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { table, type View } from '../../render/table.ts'
import { plainTime } from '../../render/text.ts'
import { letters } from '../../rules/mail/letters.ts'
import { query } from '../../cli/define.ts'

export const list = () =>
  query({
    name: 'list',
    summary: 'show the letters and which of them were changed',
    description: 'List the letters: what each is for, and when and by whom its words were changed.',
    examples: ['ssh-admin templates list'],
    read: async ({ db }) => {
      const changed = new Map((await changedTemplates(db)).map((row) => [row.name, row]))
      return Object.entries(letters).map(([name, { does, subject }]) => {
        const row = changed.get(name)
        const { edited_at: editedAt = null, edited_by: editedBy = null } = row ?? {}
        return {
          name,
          does,
          subject: row?.subject ?? subject,
          edited: row !== undefined,
          editedAt,
          editedBy,
        }
      })
    },
    render: (templates, view) => (view.isTerminal ? drawn(templates, view) : recorded(templates)),
    json: (templates) => ({ templates, total: templates.length }),
  })

interface Listed {
  name: string
  does: string
  subject: string
  editedAt: string | null
  editedBy: string | null
}

function drawn(templates: readonly Listed[], view: View): string {
  return table(
    ['Template', 'What it does', 'Words'],
    templates.map(({ name, does, editedAt, editedBy }) => [
      name,
      does,
      editedAt ? `changed ${plainTime(editedAt)} by ${editedBy}` : 'as shipped',
    ]),
    view,
  )
}

function recorded(templates: readonly Listed[]): string {
  return templates
    .map(({ name, subject, editedAt, editedBy }) => tsvLine([name, subject, editedAt, editedBy]))
    .join('\n')
}
