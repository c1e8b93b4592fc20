/** The topics of `ssh-admin help`, each with a one-line summary. */
export const topics = {
  'exit-codes': 'what a script can tell from the exit code',
  'error-codes': 'every code of an error, with its exit code',
  json: 'what --json prints, and its schemas',
  settings: 'flags, environment, configuration file, defaults',
  workbook: 'the columns of the centres workbook, and what an import does',
  roles: 'every role and site, and who may do what',
  mail: 'how messages go out, with and without a mail server',
  examples: 'what is typed for everyday tasks',
  scripting: 'how scripts ask, answer, and go on',
} as const

export type Topic = keyof typeof topics

export function isTopic(word: string): word is Topic {
  return Object.hasOwn(topics, word)
}
