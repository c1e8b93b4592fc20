/** A letter as it is shipped; staff can change each part. */
export interface LetterParts {
  text: string
  html: string
}
