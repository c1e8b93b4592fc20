import stringWidth from 'string-width'

/**
 * A line of prose as lines that fit, broken between words. A command that is to be pasted is never broken: it
 * begins a line of its own where it does not fit, and the terminal goes on with it.
 */
export function wrapped(line: string, width: number): string {
  if (width < 10 || stringWidth(line) <= width) return line
  const [, indent = '', text = ''] = /^(\s*)(.*)$/s.exec(line) ?? []
  const [prose = '', command] = splitAtCommand(text)
  const lines = wordsInLines(prose, { width, indent })
  if (command === undefined) return lines.join('\n')
  const last = lines.at(-1) ?? ''
  if (prose !== '' && stringWidth(`${last} ${command}`) <= width)
    lines[lines.length - 1] = `${last} ${command}`
  else lines.push(`${indent}${command}`)
  return lines.filter((one) => one.trim() !== '').join('\n')
}

function splitAtCommand(text: string): [string, string | undefined] {
  const at = text.indexOf('ssh-admin ')
  return at < 0 ? [text, undefined] : [text.slice(0, at).trimEnd(), text.slice(at)]
}

function wordsInLines(text: string, { width, indent }: { width: number; indent: string }): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? `${indent}${word}` : `${line} ${word}`
    if (line !== '' && stringWidth(longer) > width) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = longer
  }
  return [...lines, line]
}

/** Each of its lines. */
export function wrappedText(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapped(line, width))
    .join('\n')
}
