import { Chalk } from 'chalk'

/** The styles in which something is written for people. */
export type Styles = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', (text: string) => string>

/**
 * Is in each style code that this program writes, and in no value of the store or of a file: drawn anew for each
 * process, and told to nobody. Math.random serves, because loading node:crypto takes longer than all of this file.
 */
const styleMark = Array.from({ length: 4 }, () => 1000 + Math.floor(Math.random() * 9000)).join(';')

/** A marked code still has the form of a style, so that it counts for nothing where the width of a text is measured. */
const markStyleCode = new RegExp(`\u001b\\[(\\d{1,2});${styleMark}m`)

const unstyled = (text: string) => text
const noStyles: Styles = {
  bold: unstyled,
  dim: unstyled,
  red: unstyled,
  green: unstyled,
  yellow: unstyled,
  cyan: unstyled,
}

/** Styles that `cleanForTerminal` tells from those in a value; level 0 has no styles. */
export function stylesOf(level: 0 | 1 | 2 | 3): Styles {
  // chalk would return each text unchanged, but takes longer to load than a short answer to write.
  if (level === 0) return noStyles
  const chalk = new Chalk({ level })
  const style = (code: (text: string) => string) => {
    const [open = '', close = ''] = code('|')
      .split('|')
      .map((part) => part.replace(/m$/, `;${styleMark}m`))
    return (text: string) => `${open}${text}${close}`
  }
  return {
    bold: style(chalk.bold),
    dim: style(chalk.dim),
    red: style(chalk.red),
    green: style(chalk.green),
    yellow: style(chalk.yellow),
    cyan: style(chalk.cyan),
  }
}

/** Splits a text at the styles that this program wrote: their codes are at the odd positions. */
export function splitAtStyles(text: string): string[] {
  return text.includes(styleMark) ? text.split(markStyleCode) : [text]
}

/** A text whose own styles become codes for a terminal; everything else stays as it is. */
export function withStyles(text: string): string {
  return splitAtStyles(text)
    .map((part, at) => (at % 2 === 1 ? styleOf(part) : part))
    .join('')
}

export function styleOf(code: string): string {
  return `\u001b[${code}m`
}
