// What several commands take.
import { typedAddress } from '../rules/users/email.ts'
import { cleanText } from '../workbook/cell.ts'
import { argument, withValues } from './parameters.ts'
import { checked, importNumber, refusing, text, transformed } from './typed-values.ts'

/** An address, and no name; one that nobody could have is a wrong call, before anything is asked for or opened. */
export const address = refusing(typedAddress)

export const addressArgument = () => argument('the address', address)

/** One line of text that says what something is. */
export const titleTyped = checked(
  transformed(text, (typed) => cleanText(typed)),
  (title) => (title === '' ? 'a title' : title.length > 250 ? 'at most 250 characters' : undefined),
)

/** One import, by its number. */
export const importArgument = () =>
  withValues(
    { stored: 'import' },
    argument('the number of the import, which centres imports shows', importNumber),
  )
