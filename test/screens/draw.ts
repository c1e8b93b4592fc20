// npm run screens [-- WORDS]: each screen, or those whose line has these words, as a picture in screens/, to be looked at;
// and the README's own.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { everyScreen, shownScreen, widths } from './screens.ts'
import { sessionSvg } from './session.ts'
import { terminalSvg } from './svg.ts'

process.env.TZ = 'UTC'
const root = new URL('../../', import.meta.url)
const folder = new URL('screens/', root)
const wanted = process.argv.slice(2).join(' ')

writeFileSync(new URL('docs/session.svg', root), await sessionSvg())
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const figures: string[] = []
for (const screen of await everyScreen()) {
  if (!screen.line.includes(wanted)) continue
  const name = screen.line
    .replace(/^ssh-admin /, '')
    .replace(/[^a-z0-9]+/gi, '-')
    .slice(0, 60)
  for (const columns of widths) {
    const file = `${name}-${columns}.svg`
    const lines = await shownScreen(screen, columns)
    writeFileSync(new URL(file, folder), terminalSvg(lines, { columns, title: screen.line }))
    figures.push(`<img loading="lazy" src="${file}" alt="">`)
  }
}
const page = (scheme: string) =>
  `<!doctype html><meta charset="utf-8"><title>Screens, ${scheme}</title>
<style>body { color-scheme: ${scheme}; background: ${scheme === 'dark' ? '#010409' : '#f6f8fa'}; } img { margin: 8px; max-width: 100%; vertical-align: top; }</style>
${figures.join('\n')}
`
for (const scheme of ['light', 'dark']) writeFileSync(new URL(`${scheme}.html`, folder), page(scheme))
console.log(`${figures.length} pictures in ${fileURLToPath(folder)}: open light.html and dark.html there.`)
