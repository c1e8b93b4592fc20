import { oneLine } from './clean-text.ts'

/** Markup, where a string is text. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** Markup with values in it: a string is shown as it is, whatever stands in it. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const pieces = parts.flatMap((part, at) => {
    const value = values[at]
    return value === undefined ? [part] : [part, value instanceof Html ? value.toString() : escaped(value)]
  })
  return new Html(pieces.join(''))
}

export function htmlJoined(parts: readonly Html[]): Html {
  return new Html(parts.join('\n'))
}

function escaped(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
