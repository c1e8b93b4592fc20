/** What is known of a cell beside its text, where it is not simply a text or a number. */
export type CellNote =
  | { kind: 'error'; value: string }
  /** A formula without a value; or with the value 0, in a workbook that asks to be recalculated. */
  | { kind: 'not-calculated'; formula: string; zero: boolean }
  /** Beneath a merged cell, whose text stands in `cell`: what is in it nobody sees. */
  | { kind: 'merged'; cell: string }
  | { kind: 'date' }
  | { kind: 'boolean' }
  /** Its format shows the number otherwise than it is; undefined where that cannot be told. */
  | { kind: 'number'; shown: string | undefined; held: string }

/** What is wrong in a cell, worded to follow the name of its column. */
export interface CellFault {
  code: 'error-cell' | 'not-calculated' | 'merged'
  value: string
  message: string
  hint: string
}

/** Why a cell has no text that could be read; `text` says that its column is one of texts, where a 0 is none. */
export function cellFault(note: CellNote | undefined, { text }: { text: boolean }): CellFault | undefined {
  if (note === undefined) return undefined
  if (note.kind === 'error') return errorCell(note.value)
  if (note.kind === 'not-calculated' && (text || !note.zero)) {
    return {
      code: 'not-calculated',
      value: note.formula,
      message: 'is a formula that was not calculated',
      hint: 'Open it in your spreadsheet program, recalculate, and save.',
    }
  }
  if (note.kind === 'merged') {
    return {
      code: 'merged',
      value: '',
      message: `is merged with ${note.cell}`,
      hint: 'Undo the merging, and fill in every row.',
    }
  }
  return undefined
}

/** The error words of a spreadsheet, whatever kind of cell or file they stand in. */
export function errorCell(value: string): CellFault {
  return {
    code: 'error-cell',
    value,
    message: `is ${value}, which is an error of a formula, not a value`,
    hint: 'Mend the formula, or type the value.',
  }
}

// Also as spreadsheets in other languages have them: #BEZUG!, #¡VALOR!, #NV; and a column too narrow for its number.
const errorWord = /^(?:#[¡¿]?[\p{Lu}\d/_]+[!?]|#N\/A|#N\/D|#NV|#GETTING_DATA|#{3,}|Err:\d{3})$/u

/** Whether a text is what a spreadsheet shows where a formula failed. */
export function isErrorWord(text: string): boolean {
  const first = text.charCodeAt(0)
  return (first === 35 || first === 69) && errorWord.test(text)
}
