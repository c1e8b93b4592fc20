/** Whether a text is how a spreadsheet shows a failed formula, in any language, or too narrow a column. */
export function isErrorWord(text: string): boolean {
  if (text.startsWith('#')) return hashWordPattern.test(text) || lowerCasePattern.test(text)
  const lowerCaseFirst = text.charCodeAt(0) | 32
  // The first letter of Err:502, Fehler:502 or Ошибка:502: e, f or not ASCII.
  return (
    (lowerCaseFirst === 101 || lowerCaseFirst === 102 || lowerCaseFirst > 127) &&
    numberedErrorPattern.test(text)
  )
}

/**
 * A word behind #, in capitals, in a script without them, or with an error's marks: #¡VALOR!, #Н/Д, #数值!, #n/a.
 * Not #12B, a flat's number.
 */
const hashWordPattern = /^#(?!\p{L}?\d)(?=.*\p{L})[^\p{Ll}\s]+$|^#\S+[!?]$|^#{3,}$/u
/** Error words in small letters, without their punctuation. */
const lowerCasePattern =
  /^#\s?(?:ref|name|value|num|null|div\/0|n\/?[abdv]|i\/t|getting_data|spill|calc|error)$/i
const numberedErrorPattern = /^(?:err|erro|error|erreur|errore|fehler|fout|fel|ошибка):\s?\d{3}$/i
