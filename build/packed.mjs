// npm pack, before and after: the package's own package.json has no `prepare`, of which npm warns at every install.
// What is packed is built; the line, which is that of `build`, comes back behind it, however often a pack was cut short.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../package.json', import.meta.url))
const described = JSON.parse(readFileSync(file, 'utf8'))
const { prepare: _, ...packed } = described.scripts
const isAfter = process.argv[2] === '--undo'
const scripts = Object.entries(packed).flatMap(([name, line]) => [
  [name, line],
  ...(isAfter && name === 'build' ? [['prepare', line]] : []),
])
// It is whole at every moment.
const unfinished = `${file}.unfinished`
writeFileSync(
  unfinished,
  `${JSON.stringify({ ...described, scripts: Object.fromEntries(scripts) }, undefined, 2)}\n`,
)
renameSync(unfinished, file)
