// Started by docs/code-map.ts: runs a command from its source, and notes each file of src that is loaded for it.
import { register } from 'node:module'

const hooks = `
import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  const [, file] = /[/](src[/][^?]+[.]ts)/.exec(url) ?? []
  if (file) appendFileSync(process.env.LOADED_FILES, file + '\\n')
  return next(url, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
const { main } = await import('../src/main.ts')
process.exitCode = await main(process.argv.slice(2))
