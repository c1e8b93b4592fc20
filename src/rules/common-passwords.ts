import { alike } from './alike.ts'

let known: Promise<ReadonlySet<string>> | undefined

/** The passwords that are guessed first, as a package keeps them, each as it is compared; loaded when a password is chosen. */
export function commonPasswords(): Promise<ReadonlySet<string>> {
  known ??= load()
  return known
}

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].map(alike))
}
