// Arguments and options of several commands.
import { typedAddress } from '../rules/users/email.ts'
import { cleanText } from '../workbook/cell.ts'
import { argument, withValues } from './parameters.ts'
import { checked, importNumber, refusing, text, transformed } from './typed-values.ts'

/** An e-mail address and no name; an address that nobody could have is a usage error, before the store is opened. */
export const address = refusing(typedAddress)

export const addressArgument = () => argument('the address', address)

/** A title of one line. */
export const titleTyped = checked(
  transformed(text, (typed) => cleanText(typed)),
  (title) => (title === '' ? 'a title' : title.length > 250 ? 'at most 250 characters' : undefined),
)

export const importArgument = () =>
  withValues(
    { stored: 'import' },
    argument('the number of the import, which centres imports shows', importNumber),
  )
