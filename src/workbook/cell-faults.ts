/** What is known of a cell beside its text, where it is not simply a text or a number. */
export type CellNote =
  | { kind: 'error'; value: string }
  /** A formula without a value; or with the value 0, in a workbook that asks to be recalculated. */
  | { kind: 'not-calculated'; formula: string }
  /** A formula whose value is an empty text: what it says, or a place that nobody has filled yet. */
  | { kind: 'empty-formula'; formula: string }
  /** Beneath a merged cell, whose text stands in `cell`: what is in it nobody sees. */
  | { kind: 'merged'; cell: string }
  | { kind: 'date' }
  | { kind: 'boolean' }
  /** Its format shows the number otherwise than it is; undefined where that cannot be told. */
  | { kind: 'number'; shown: string | undefined; held: string }
  /** The same of a text. */
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

/** Why a cell has no text that could be read. */
export function cellFault(note: CellNote | undefined): CellFault | undefined {
  if (note === undefined) return undefined
  if (note.kind === 'error') return errorCell(note.value)
  if (note.kind === 'not-calculated') return notCalculated(note.formula)
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

/** Of a formula without a value, and of one that says nothing where something must be said. */
export function notCalculated(formula: string): CellFault {
  return {
    code: 'not-calculated',
    value: formula,
    message: 'is a formula that was not calculated',
    hint: 'Open it in your spreadsheet program, recalculate, and save.',
  }
}

/** Of a formula whose result is an empty text, where no formula of its column has another. */
export function emptyFormula(formula: string): CellFault {
  const { hint, ...fault } = notCalculated(formula)
  return { ...fault, hint: `${hint} If it stays empty, delete the formula.` }
}

const asText = 'Format the column as text, and type it again.'

/** Why a cell does not say what it shows: both are named. */
export function shownOtherwise(
  note: CellNote | undefined,
  text: string,
  hint: string = asText,
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

/** The same of a cell of plain text, where a date or a yes or no has no place either. */
export function notAsShown(note: CellNote | undefined, text: string): CellFault | undefined {
  if (note?.kind !== 'date' && note?.kind !== 'boolean') return shownOtherwise(note, text)
  const what = note.kind === 'date' ? 'a date, which its format may show otherwise' : 'a yes or no'
  return { code: 'shown-otherwise', value: text, message: `holds ${text}, ${what}`, hint: asText }
}

/** The same of a cell of numbers, which may show fewer digits, or words beside them: 1,200 and 12 candidates. */
export function numberNotAsShown(note: CellNote | undefined, text: string): CellFault | undefined {
  return note?.kind === 'number' && showsNumber(note) ? undefined : shownOtherwise(note, text)
}

/** Whether what is shown may be the number; digits of another script, a fraction and an exponent are not looked at. */
function showsNumber({ shown, held }: { shown: string | undefined; held: string }): boolean {
  if (shown === undefined || /\d\/\d|\de[+-]?\d/i.test(shown)) return true
  // What a format for accounts shows of zero.
  if (/^[-–—]$/.test(shown) && Number(held) === 0) return true
  const numbers = shown.replace(/(?<=\d)[\s,'’](?=\d{3})/g, '').match(/\d+(?:\.\d+)?/g) ?? []
  return numbers.some((number) => {
    const digits = number.split('.')[1]?.length ?? 0
    return Math.abs(Number(number) - Math.abs(Number(held))) <= 0.5000001 * 10 ** -digits
  })
}

/** What a conditional format shows depends on more than the cell. */
export function formattedByRule(value: string): CellFault {
  return {
    code: 'shown-otherwise',
    value,
    message: `holds ${value}, and a conditional format may show it otherwise`,
    hint: 'Take the number format out of the conditional format, and type what it showed.',
  }
}

/** Who strikes something out means that it is gone, and leaves it to be read: nobody can tell what is to be done. */
export function struckOut(value: string): CellFault {
  return {
    code: 'struck-out',
    value,
    message: `is struck out, or a part of it: ${value}`,
    hint: 'If it is gone, delete what is struck out, or the row; else take the line through it away.',
  }
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
