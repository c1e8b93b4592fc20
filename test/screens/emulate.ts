import xterm from '@xterm/headless'

/** Letters that look the same, side by side on one line. */
export interface Run {
  text: string
  style: Style
}

export interface Style {
  /** A colour of the palette, 0 to 15. */
  colour?: number
  bold?: true
  dim?: true
  italic?: true
  underline?: true
  inverse?: true
}

export interface Line {
  runs: readonly Run[]
  /** It did not fit, and goes on from the line above. */
  wrapped: boolean
}

/** What a terminal of so many columns shows once a program wrote this to it. */
export async function emulate(written: string, columns: number): Promise<Line[]> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 50,
    scrollback: 5000,
    convertEol: true,
    allowProposedApi: true,
  })
  await new Promise<void>((resolve) => terminal.write(written, resolve))
  const buffer = terminal.buffer.active
  const lines: Line[] = []
  for (let y = 0; y < buffer.length; y += 1) {
    const line = buffer.getLine(y)
    if (!line) continue
    const runs: Run[] = []
    for (let x = 0; x < columns; x += 1) {
      const cell = line.getCell(x)
      if (!cell || cell.getWidth() === 0) continue
      const style: Style = {
        ...(cell.isFgPalette() ? { colour: cell.getFgColor() } : {}),
        ...(cell.isBold() ? { bold: true } : {}),
        ...(cell.isDim() ? { dim: true } : {}),
        ...(cell.isItalic() ? { italic: true } : {}),
        ...(cell.isUnderline() ? { underline: true } : {}),
        ...(cell.isInverse() ? { inverse: true } : {}),
      }
      const last = runs.at(-1)
      const letters = cell.getChars() || ' '
      if (last && JSON.stringify(last.style) === JSON.stringify(style)) last.text += letters
      else runs.push({ text: letters, style })
    }
    const end = runs.at(-1)
    if (end && Object.keys(end.style).length === 0) end.text = end.text.trimEnd()
    lines.push({ runs: runs.filter(({ text }) => text !== ''), wrapped: line.isWrapped })
  }
  while (lines.length > 0 && textOf(lines.at(-1)) === '') lines.pop()
  terminal.dispose()
  return lines
}

export function textOf(line: Line | undefined): string {
  return (line?.runs.map(({ text }) => text).join('') ?? '').trimEnd()
}
