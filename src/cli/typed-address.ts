import { typedAddress } from '../rules/users/email.ts'
import { argument } from './parameters.ts'
import { text, transformed } from './typed-values.ts'

/** An address, and no name; one that nobody could have is a wrong call, before anything is asked for or opened. */
export const address = transformed(text, (typed) => {
  typedAddress(typed)
  return typed
})

export const addressArgument = () => argument('the address', address)
