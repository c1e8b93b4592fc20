/** What scripts rely on; the words of the contract. */
export const exitCodes = [
  { code: 0, meaning: 'done, or nothing to do', next: 'go on' },
  { code: 1, meaning: 'unexpected: a mistake in ssh-admin, with a report to send', next: 'report it' },
  {
    code: 2,
    meaning: 'usage: an unknown option, a missing value, or an answer was needed and nobody could be asked',
    next: 'fix the call',
  },
  {
    code: 3,
    meaning: 'refused: a rule or a safety limit stands in the way; nothing changed',
    next: 'read the hint',
  },
  { code: 4, meaning: 'not found; nothing changed', next: 'check the name' },
  { code: 5, meaning: 'not permitted for this user; nothing changed', next: 'ask someone who may' },
  {
    code: 6,
    meaning:
      'the input file cannot be used: it is not there, no workbook, or has a bad row where all or none holds; nothing changed',
    next: 'fix the file',
  },
  {
    code: 7,
    meaning:
      'the store, the key or a file cannot be had: locked, read-only, full, damaged, or made by a newer version; nothing changed',
    next: 'try again, or ssh-admin store check',
  },
  {
    code: 8,
    meaning: 'done, but some rows were held back; they are listed',
    next: 'fix those rows, send them again',
  },
  {
    code: 9,
    meaning: 'done, but something is still owed: a message waits, or a file could not be put in place',
    next: 'the hint says how to get it',
  },
  { code: 130, meaning: 'cancelled: Ctrl-C, or No at a question; nothing changed', next: '' },
] as const
