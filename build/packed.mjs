// Runs before and after npm pack: the published package.json has no `prepare`, about which npm warns at every install;
// the package is built already. `--undo` puts `prepare` back behind `build`, also after an interrupted pack.
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
// The rename keeps package.json whole at every moment.
const unfinished = `${file}.unfinished`
writeFileSync(
  unfinished,
  `${JSON.stringify({ ...described, scripts: Object.fromEntries(scripts) }, undefined, 2)}\n`,
)
renameSync(unfinished, file)
