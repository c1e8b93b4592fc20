// Loaded before the program: where it did what it was asked to, it says that nothing was changed.
import { writeSync } from 'node:fs'

process.on('exit', (code) => {
  if (code !== 0) return
  const message = 'The connection broke before the change was saved.'
  writeSync(2, JSON.stringify({ error: { message, hint: 'Nothing was changed.' } }))
  process.exitCode = 7
})
