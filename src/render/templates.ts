import { field } from './fields.ts'
import { plainTime } from './text.ts'

/** A letter, and whether its words were changed. */
export interface ListedTemplate {
  name: string
  does: string
  subject: string
  edited: boolean
  editedAt: string | null
  editedBy: string | null
}

export const templateFields = {
  name: field<ListedTemplate>('Template', ({ name }) => name),
  subject: field<ListedTemplate>('Subject', ({ subject }) => subject),
  'edited-at': field<ListedTemplate>(
    'Edited',
    ({ editedAt }) => editedAt,
    ({ editedAt }) => (editedAt === null ? null : plainTime(editedAt)),
  ),
  'edited-by': field<ListedTemplate>('By', ({ editedBy }) => editedBy),
  does: field<ListedTemplate>('What it does', ({ does }) => does),
  words: field<ListedTemplate>('Words', ({ editedAt, editedBy }) =>
    editedAt === null ? 'as shipped' : `changed ${plainTime(editedAt)} by ${editedBy}`,
  ),
}
