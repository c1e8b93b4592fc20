import { dictionary } from '@zxcvbn-ts/language-common'

/** The most common passwords, from a package; its large module is loaded only when a password is chosen. */
export const commonPasswords = (): readonly string[] => dictionary['passwords-common']
