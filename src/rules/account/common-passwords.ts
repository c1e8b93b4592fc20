import { dictionary } from '@zxcvbn-ts/language-common'
import { alike } from './alike.ts'

/** The passwords that are guessed first, as a package keeps them, each as it is compared; a large file, loaded when a password is chosen. */
export const commonPasswords = (): ReadonlySet<string> => new Set(dictionary['passwords-common'].map(alike))
