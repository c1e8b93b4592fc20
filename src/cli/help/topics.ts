/** What `ssh-admin help` explains, with a line on each. */
export const topics = {
  'exit-codes': 'what a script can tell from the exit code',
  json: 'what --json prints, and its schemas',
  settings: 'flags, environment, configuration file, defaults',
  workbook: 'the columns of the centres workbook, and what an import does',
  mail: 'how messages go out, with and without a mail server',
} as const

export type Topic = keyof typeof topics

export function isTopic(word: string): word is Topic {
  return word in topics
}
