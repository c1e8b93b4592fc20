// Arguments and options of several commands.
import { parseAddress } from '../rules/users/email.ts'
import { cleanText } from '../workbook/cell.ts'
import { argument, withCompletions } from './parameters.ts'
import { refine, importNumber, checkedText, text, transform } from './typed-values.ts'

/** An e-mail address and no name; an address that nobody could have is a usage error, before the store is opened. */
export const address = checkedText(parseAddress)

export const addressArgument = () => argument('the address', address)

/** A title of one line. */
export const titleTyped = refine(
  transform(text, (typed) => cleanText(typed)),
  (title) => (title === '' ? 'a title' : title.length > 250 ? 'at most 250 characters' : undefined),
)

export const importArgument = () =>
  withCompletions(
    { stored: 'import' },
    argument('the number of the import, which centres imports shows', importNumber),
  )
