/** What is known about a cell that is not simply a text or a number. */
export type CellNote =
  | { kind: 'error'; value: string }
  /** A formula without a value; or with the value 0, in a workbook that asks to be recalculated. */
  | { kind: 'not-calculated'; formula: string }
  /** A formula whose value is an empty text: either its real result, or a cell that nobody has filled in yet. */
  | { kind: 'empty-formula'; formula: string }
  /**
   * Covered by a merged cell, which is named in `cell`; nobody sees the content of the covered cell. `text` is what the
   * merged cell shows, where it is known.
   */
  | { kind: 'merged'; cell: string; text?: string | undefined }
  | { kind: 'date' }
  | { kind: 'boolean' }
  /** A number that its format shows differently; `shown` is undefined where it cannot be told. */
  | { kind: 'number'; shown: string | undefined; held: string }
  /** A text that its format shows differently. */
  | { kind: 'text'; shown: string | undefined; held: string }
  /** A number cell that holds something else. */
  | { kind: 'no-number' }

/** What is wrong in a cell, worded to follow the name of its column. */
export interface CellFault {
  code:
    | 'error-cell'
    | 'not-calculated'
    | 'merged'
    | 'shown-otherwise'
    | 'struck-out'
    | 'two-rows-in-one'
    | 'cell-twice'
  value: string
  message: string
  hint: string
}

/** The fault of a cell that has no readable text. */
export function cellFault(note: CellNote | undefined): CellFault | undefined {
  if (note === undefined) return undefined
  if (note.kind === 'error') return errorCellFault(note.value)
  if (note.kind === 'not-calculated') return notCalculatedFault(note.formula)
  if (note.kind === 'merged') {
    return {
      code: 'merged',
      value: '',
      message: `is merged with ${note.cell}${note.text ? `, which holds ${cutText(note.text)}` : ''}`,
      hint: 'Undo the merging, and fill in every row.',
    }
  }
  return undefined
}

const maxShownText = 60

function cutText(text: string): string {
  return text.length > maxShownText ? `${text.slice(0, maxShownText)}…` : text
}

/** The fault of a formula without a value, or with an empty text where the column needs one. */
export function notCalculatedFault(formula: string): CellFault {
  return {
    code: 'not-calculated',
    value: formula,
    message: 'is a formula that was not calculated',
    hint: 'Open it in your spreadsheet program, recalculate, and save.',
  }
}

/** The fault of a formula with an empty text, where no formula of the column has any other result. */
export function emptyFormulaFault(formula: string): CellFault {
  const { hint, ...fault } = notCalculatedFault(formula)
  return { ...fault, hint: `${hint} If it stays empty, delete the formula.` }
}

const formatAsTextHint = 'Format the column as text, and type it again.'

/** The fault of a cell that shows something other than its value; the message names both. */
export function shownOtherwiseFault(
  note: CellNote | undefined,
  text: string,
  hint: string = formatAsTextHint,
): CellFault | undefined {
  if (note?.kind === 'no-number')
    return { code: 'shown-otherwise', value: text, message: `holds ${text} as a number, which is none`, hint }
  if (note?.kind !== 'number' && note?.kind !== 'text') return undefined
  const { shown, held } = note
  if (shown === held.trim()) return undefined
  return {
    code: 'shown-otherwise',
    value: shown ?? held,
    message:
      shown === undefined
        ? `holds ${held}, and what its format shows cannot be told`
        : `is shown as ${shown === '' ? 'nothing' : shown}, and holds ${held}`,
    hint,
  }
}

/** `shownOtherwiseFault` for a cell of plain text, where a date or a boolean is a fault too. */
export function plainTextFault(note: CellNote | undefined, text: string): CellFault | undefined {
  if (note?.kind !== 'date' && note?.kind !== 'boolean') return shownOtherwiseFault(note, text)
  const what = note.kind === 'date' ? 'a date, which its format may show otherwise' : 'a yes or no'
  return { code: 'shown-otherwise', value: text, message: `holds ${text}, ${what}`, hint: formatAsTextHint }
}

/**
 * `shownOtherwiseFault` for a cell of numbers, which may show fewer digits, or words beside them: 1,200 and 12 candidates.
 */
export function numberFault(note: CellNote | undefined, text: string): CellFault | undefined {
  return note?.kind === 'number' && showsNumber(note) ? undefined : shownOtherwiseFault(note, text)
}

/** Whether the shown text may be the number; other scripts' digits, fractions and exponents pass unchecked. */
function showsNumber({ shown, held }: { shown: string | undefined; held: string }): boolean {
  if (shown === undefined || /\d\/\d|\de[+-]?\d/i.test(shown)) return true
  // A format for accounts shows zero as a dash.
  if (/^[-–—]$/.test(shown) && Number(held) === 0) return true
  const numbers = shown.replace(/(?<=\d)[\s,'’](?=\d{3})/g, '').match(/\d+(?:\.\d+)?/g) ?? []
  return numbers.some((number) => {
    const digits = number.split('.')[1]?.length ?? 0
    return Math.abs(Number(number) - Math.abs(Number(held))) <= 0.5000001 * 10 ** -digits
  })
}

/** The fault of a conditional number format, whose effect depends on more than the cell. */
export function ruleFormatFault(value: string): CellFault {
  return {
    code: 'shown-otherwise',
    value,
    message: `holds ${value}, and a conditional format may show it otherwise`,
    hint: 'Take the number format out of the conditional format, and type what it showed.',
  }
}

/** The fault of a struck-out cell: the text was meant to go but can still be read, so nobody can tell what to do. */
export function struckOutFault(value: string): CellFault {
  return {
    code: 'struck-out',
    value,
    message: `is struck out, or a part of it: ${value}`,
    hint: 'If it is gone, delete what is struck out, or the row; else take the line through it away.',
  }
}

/** The fault of a spreadsheet's error word, such as #REF!, in any kind of cell or file. */
export function errorCellFault(value: string): CellFault {
  return {
    code: 'error-cell',
    value,
    message: `is ${value}, which is an error of a formula, not a value`,
    hint: 'Mend the formula, or type the value.',
  }
}
