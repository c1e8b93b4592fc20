import { dictionary } from '@zxcvbn-ts/language-common'

/** The passwords that are guessed first, as a package keeps them; a large file, loaded when a password is chosen. */
export const commonPasswords = (): readonly string[] => dictionary['passwords-common']
