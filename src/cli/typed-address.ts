import { typedAddress } from '../rules/users/email.ts'
import { argument } from './parameters.ts'
import { refusing } from './typed-values.ts'

/** An address, and no name; one that nobody could have is a wrong call, before anything is asked for or opened. */
export const address = refusing(typedAddress)

export const addressArgument = () => argument('the address', address)
