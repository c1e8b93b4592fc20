/** What taking an import back leaves as it is. */
export interface LeftAlone {
  /** An address or a centre number. */
  what: string
  reason: string
}

export const letterSent = 'letter-sent'

/** What changed since, and apart from it the letters, which also went to those who go. */
export function partedLeft(left: readonly LeftAlone[]): Record<'changed' | 'letters', LeftAlone[]> {
  const isLetter = ({ reason }: LeftAlone) => reason === letterSent
  return { changed: left.filter((one) => !isLetter(one)), letters: left.filter(isLetter) }
}
