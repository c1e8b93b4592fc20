// node --import tsx docs/loaded-files.mjs users show EMAIL: runs a command from its source, and lists on stderr each file of
// src and each package that was loaded for it; into the file that LOADED_FILES names, if there is one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { register } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const named = process.env.LOADED_FILES
const folder = named === undefined ? mkdtempSync(join(tmpdir(), 'loaded-files-')) : undefined
const log = named ?? join(folder, 'loaded')
const hooks = `
import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  const [, file] = /[/](src[/][^?]+[.]ts)/.exec(url) ?? []
  const [, name] = /[/]node_modules[/]((?:@[^/]+[/])?[^/]+)/.exec(url) ?? []
  if (file ?? name) appendFileSync(${JSON.stringify(log)}, (file ?? 'node_modules/' + name) + '\\n')
  return next(url, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
// Main ends the process itself.
if (folder !== undefined)
  process.on('exit', () => {
    const files = new Set(readFileSync(log, 'utf8').trim().split('\n'))
    process.stderr.write(`${[...files].sort().join('\n')}\n`)
    rmSync(folder, { recursive: true })
  })
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
