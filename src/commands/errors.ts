import { listing } from '../cli/define.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { listOf } from '../cli/typed-values.ts'
import { listOption, withCompletions } from '../cli/parameters.ts'
import { errorKinds, findErrors, type FoundError } from '../rules/errors.ts'
import { nameReader } from '../rules/unknown-name.ts'
import { oneLine } from '../render/clean-text.ts'
import { field } from '../render/fields.ts'
import type { View } from '../render/table.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'list what is wrong with entries, Key Times and releases, and how it is mended',
    description:
      'List errors, found by looking at this moment: each with what to type so that it is gone. Exit code 8 when there are any, so that a script can tell.\nIn a pipe: kind, code, what it is about, what is wrong, how it is mended.',
    options: {
      kind: withCompletions(
        errorKinds,
        listOption('<kind>', errorKinds.join(', '), listOf(nameReader('kind', errorKinds))),
      ),
    },
    examples: ['ssh-admin errors list', 'ssh-admin errors list --kind key-time'],
    singular: 'error',
    answer: 'errorList',
    key: 'errors',
    fields: errorFields,
    table: ['kind', 'subject', 'message'],
    expandRow: errorInFull,
    id: 'subject',
    exit: (shown) => (shown > 0 ? 8 : 0),
    find: async ({ store: { db }, ctx: { at } }, { kind }) => {
      const found: FoundError[] = []
      const kinds = kind.length > 0 ? kind : errorKinds
      for await (const error of findErrors(db, { kinds, at })) found.push(error)
      return foundInMemory(found)
    },
    json: (error) => error,
    emptyMessage: 'No errors.',
  })

const errorFields = {
  kind: field<FoundError>('Kind', ({ kind }) => kind),
  code: field<FoundError>('Code', ({ code }) => code),
  subject: field<FoundError>('About', ({ subject }) => subject),
  message: field<FoundError>('What is wrong', ({ message }) => message),
  hint: field<FoundError>('How it is mended', ({ hint }) => hint),
}

/**
 * An error in full, with the command that mends it: a table would truncate both. A hint shared with the line above is
 * not repeated.
 */
function errorInFull(
  { message, hint }: FoundError,
  { chalk }: Pick<View, 'chalk'>,
  before: FoundError | undefined,
): string[] {
  const explained = hint.indexOf('. ')
  const isSaid = explained > 0 && before?.hint.endsWith(hint.slice(explained)) === true
  const shown = isSaid ? hint.slice(0, explained) : hint
  return [`${chalk.yellow('!')} ${oneLine(message)}`, `  ${oneLine(shown)}`]
}
