// What npm run check begins with: two checks at a time, since each keeps one processor busy. What they say is shown whole
// and in this order, up to the first that fails; none is begun after that.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const checks = ['types', 'lint', 'format', 'arrows', 'unused', 'build']
const waiting = [...checks]
const running = new Map()

startNext()
startNext()
for (const name of checks) {
  const { code, output } = await running.get(name)
  process.stdout.write(output)
  if (code === 0) continue
  console.log(`npm run ${name} failed.`)
  waiting.length = 0
  process.exitCode = code
  break
}

function startNext() {
  const name = waiting.shift()
  if (name === undefined) return
  const child = spawn(`npm run ${name} 2>&1`, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  const ended = Promise.all([closed, text(child.stdout)]).then(([code, output]) => {
    startNext()
    return { code, output }
  })
  running.set(name, ended)
}
