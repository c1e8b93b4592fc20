import type { FoundError } from '../rules/errors.ts'
import { oneLine } from './clean-text.ts'
import { field } from './fields.ts'
import type { View } from './table.ts'

/** What a list says of something that is wrong. */
export const errorFields = {
  kind: field<FoundError>('Kind', ({ kind }) => kind),
  code: field<FoundError>('Code', ({ code }) => code),
  subject: field<FoundError>('About', ({ subject }) => subject),
  message: field<FoundError>('What is wrong', ({ message }) => message),
  hint: field<FoundError>('How it is mended', ({ hint }) => hint),
}

/** Each whole, with what to type so that it is gone: a table would cut both. */
export function errorsInFull(errors: readonly FoundError[], { chalk }: Pick<View, 'chalk'>): string[] {
  return errors.flatMap(({ message, hint }) => [
    '',
    `${chalk.yellow('!')} ${oneLine(message)}`,
    `  ${oneLine(hint)}`,
  ])
}
