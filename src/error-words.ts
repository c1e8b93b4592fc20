/** Whether a text is what a spreadsheet shows where a formula failed, in any language, or where a column is too narrow. */
export function isErrorWord(text: string): boolean {
  if (text.startsWith('#')) return afterHash.test(text) || inSmallLetters.test(text)
  const first = text.charCodeAt(0) | 32
  // e, f or о: Err:502, Fehler:502, Ошибка:502.
  return (first === 101 || first === 102 || first > 127) && numbered.test(text)
}

/** One word behind #, in capitals, in a script that has none, or with the mark of an error: #¡VALOR!, #Н/Д, #数值!, #n/a. Not #12B, the number of a flat. */
const afterHash = /^#(?!\p{L}?\d)(?=.*\p{L})[^\p{Ll}\s]+$|^#\S+[!?]$|^#{3,}$/u
/** In small letters, without their mark. */
const inSmallLetters =
  /^#\s?(?:ref|name|value|num|null|div\/0|n\/?[abdv]|i\/t|getting_data|spill|calc|error)$/i
const numbered = /^(?:err|erro|error|erreur|errore|fehler|fout|fel|ошибка):\s?\d{3}$/i
