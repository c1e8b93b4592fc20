// npm run docs: writes docs/commands.md anew
import { writeFile } from 'node:fs/promises'
import { commandsDocument } from './commands-document.ts'

await writeFile(new URL('commands.md', import.meta.url), await commandsDocument())
