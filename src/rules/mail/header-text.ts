const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu

/** A name or subject as one line: nothing that ends a header, hides, or turns the writing round. */
export function headerText(text: string): string {
  return text.replace(unseen, ' ').replace(/\s+/gu, ' ').trim()
}
