import stringWidth from 'string-width'
import { type Line, type Style, textOf } from './emulate.ts'

const letterWidth = 8.4
const lineHeight = 19
const margin = 16
const bar = 30

/** Of the palette's first 16 colours, on white and on black, each with a contrast that can be read. */
const light = '#24292f #b62324 #116329 #7d4e00 #0550ae #8250df #1b7c83 #57606a'.split(' ')
const dark = '#e6edf3 #ff7b72 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #b1bac4'.split(' ')

/** A terminal as a picture, which is light or dark as whoever looks at it has set. */
export function terminalSvg(
  lines: readonly Line[],
  { columns, title }: { columns: number; title: string },
): string {
  const width = Math.ceil(columns * letterWidth + margin * 2)
  const height = bar + lines.length * lineHeight + margin
  const rows = lines.map((line, row) => svgLine(line, bar + (row + 1) * lineHeight - 5)).join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<desc>${escaped(lines.map(textOf).join('\n'))}</desc>
<style>
${colours(light, { ground: '#ffffff', frame: '#d0d7de', quiet: '#57606a' })}
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; fill: var(--c0); }
.bold { font-weight: 700; } .dim { opacity: .65; } .italic { font-style: italic; } .underline { text-decoration: underline; }
${light.map((_, number) => `.c${number} { fill: var(--c${number}); }`).join(' ')}
@media (prefers-color-scheme: dark) { ${colours(dark, { ground: '#0d1117', frame: '#30363d', quiet: '#8b949e' })} }
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" style="fill: var(--ground); stroke: var(--frame)"/>
<text x="${width / 2}" y="20" text-anchor="middle" style="fill: var(--quiet); font-size: 12px">${escaped(title)}</text>
${rows}
</svg>
`
}

function colours(palette: readonly string[], rest: Readonly<Record<string, string>>): string {
  const named = [...palette.map((colour, number) => [`c${number}`, colour]), ...Object.entries(rest)]
  return `:root { ${named.map(([name, colour]) => `--${name}: ${colour};`).join(' ')} }`
}

/** Each run begins where its column is, so that a font of another width moves nothing. */
function svgLine(line: Line, y: number): string {
  let column = 0
  return line.runs
    .flatMap(({ text, style }) => placed(text).map((part) => ({ text: part, style })))
    .map(({ text, style }) => {
      const x = margin + column * letterWidth
      const width = stringWidth(text)
      column += width
      if (text.trim() === '' && !style.inverse) return ''
      const ground = style.inverse
        ? `<rect x="${x.toFixed(1)}" y="${y - 14}" width="${(width * letterWidth).toFixed(1)}" height="${lineHeight}" style="fill: var(--c0)"/>`
        : ''
      const fill = style.inverse ? ' style="fill: var(--ground)"' : ''
      return `${ground}<text x="${x.toFixed(1)}" y="${y}" textLength="${(width * letterWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs"${classOf(style)}${fill} xml:space="preserve">${escaped(text)}</text>`
    })
    .join('')
}

/** A text in parts that each begin where they are: cells of a table, and letters of two columns, whose font is another. */
function placed(text: string): string[] {
  const parts: string[] = []
  let last = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const goesOn = stringWidth(segment) < 2 && last !== '' && !last.endsWith('  ') && !isWide(last)
    if (goesOn) parts.pop()
    last = goesOn ? last + segment : segment
    parts.push(last)
  }
  return parts
}

function isWide(part: string): boolean {
  return [...new Intl.Segmenter().segment(part)].length === 1 && stringWidth(part) === 2
}

function classOf({ colour, bold, dim, italic, underline }: Style): string {
  const names = [
    colour === undefined ? '' : `c${colour === 8 ? 7 : colour % 8}`,
    bold ? 'bold' : '',
    dim ? 'dim' : '',
    italic ? 'italic' : '',
    underline ? 'underline' : '',
  ].filter(Boolean)
  return names.length > 0 ? ` class="${names.join(' ')}"` : ''
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
