import { listing } from '../cli/define.ts'
import { streamCentresByName, streamUsersByName } from '../db/by-name.ts'
import { mapPages, reversePages } from '../db/rows.ts'
import { Usage } from '../errors.ts'
import { describeVisibility, visibleCentres } from '../rules/permissions/decide.ts'
import { isTelephoneNumber } from '../search-key.ts'
import { oneLine } from '../render/clean-text.ts'
import { field } from '../render/fields.ts'
import type { JsonItem } from '../render/json.ts'
import type { View } from '../render/table.ts'
import { emptyStoreMessage } from '../cli/list-text.ts'

export const find = () =>
  listing({
    name: 'find',
    summary: 'find people and centres by any part of a name, address or number',
    description:
      'Find people and centres at once, by any part of a name, an address or a number: centres first.\nIn a pipe: kind, number or address, name, centre, status.',
    examples: ['ssh-admin find haddad', "ssh-admin find 'nile academy'"],
    singular: 'result',
    answer: 'found',
    key: 'results',
    fields: foundFields,
    id: 'id',
    searchesInStore: true,
    find: async ({ store: { db }, ctx: { actor }, text, words }) => {
      if (words.length === 0) {
        throw new Usage('What is looked for?', { code: 'missing-argument', hint: 'ssh-admin find TEXT' })
      }
      const search = { words, deleted: false, visible: visibleCentres(actor) }
      return {
        rows: ({ reverse }) => {
          const found = foundIn(streamCentresByName(db, search), streamUsersByName(db, search))
          return reverse ? reversePages(found) : found
        },
        visiblePart: describeVisibility(actor),
        explainNoMatch: () => emptyStoreMessage(db),
        ...(isTelephoneNumber(text ?? '') && {
          noMatchMessage: `${noMatch} Telephone numbers are not kept.`,
        }),
      }
    },
    json: (row) => row,
    // Two lines: an address and a name do not fit beside each other.
    expandRow: inTwoLines,
    expandUnder: 60,
    emptyMessage: noMatch,
    noMatchMessage: noMatch,
  })

const noMatch = 'Nobody and no centre fits.'

async function* foundIn(
  centres: ReturnType<typeof streamCentresByName>,
  users: ReturnType<typeof streamUsersByName>,
): AsyncGenerator<FoundRow[]> {
  yield* mapPages(
    centres,
    ({ number, name, status }) => ({ kind: 'centre', id: number, name, centre: null, status }) as const,
  )
  yield* mapPages(users, ({ email, firstName, lastName, centre, status }) => {
    return { kind: 'user', id: email, name: `${firstName} ${lastName}`.trim(), centre, status } as const
  })
}

function inTwoLines({ id, name, centre, status }: FoundRow, { chalk }: View): string[] {
  const facts = [name, centre ?? ''].filter((fact) => fact !== '').join(', ')
  return [chalk.bold(oneLine(id)), oneLine(`  ${facts}${status === 'active' ? '' : ` (${status})`}`)]
}

type FoundRow = JsonItem<'found'>

const foundFields = {
  kind: field<FoundRow>('Kind', ({ kind }) => kind),
  id: field<FoundRow>('Number or e-mail', ({ id }) => id),
  name: field<FoundRow>('Name', ({ name }) => name),
  centre: field<FoundRow>('Centre', ({ centre }) => centre),
  status: field<FoundRow>('Status', ({ status }) => status),
}
