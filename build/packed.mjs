// npm pack, before and after: the package's own package.json has no `prepare`, of which npm warns at every install.
// What is packed is built; the line stays in the file that is worked with.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../package.json', import.meta.url))
const kept = `${file}.kept`

if (process.argv[2] === '--undo') {
  renameSync(kept, file)
} else {
  const text = readFileSync(file, 'utf8')
  const { prepare: _, ...scripts } = JSON.parse(text).scripts
  writeFileSync(kept, text)
  writeFileSync(file, `${JSON.stringify({ ...JSON.parse(text), scripts }, undefined, 2)}\n`)
}
