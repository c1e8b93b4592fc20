import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { atOnce } from './in-parallel.ts'
import { mutations } from './mutations.ts'

export interface Mutated {
  asked: number
  /** How many ended with each exit code. */
  exits: Record<string, number>
  failures: string[]
}

interface Result {
  seed: number | 'store'
  how: string
  exit: number
  words: string
  rss?: number
  log?: number
}

const importer = fileURLToPath(new URL('./import-mutated.ts', import.meta.url))
const chunk = 50
/** A process that says nothing for so long hangs, however busy the machine is. */
const longestSilence = 120_000
const maxMemory = 700 * 1024 ** 2
const allowed = [0, 3, 6, 8]

/** Imports so many workbooks, each changed in one way or another, the same ones every time. */
export async function importMutatedWorkbooks(asked: number): Promise<Mutated> {
  const failures: string[] = []
  const exits: Record<string, number> = {}
  const ways = new Set<string>()
  const starts = Array.from({ length: Math.ceil(asked / chunk) }, (_, at) => at * chunk)
  let ended = 0
  await atOnce(starts, async (first) => {
    const results = await resultsOf(first, Math.min(asked, first + chunk), failures)
    for (const { seed, how, exit, words, rss = 0, log = 0 } of results) {
      const name = `workbook ${seed} (${how})`
      if (seed === 'store') {
        if (exit !== 0 || log !== 0) failures.push(`after ${first}: the store is not sound: ${words}`)
        continue
      }
      ended += 1
      ways.add(how)
      exits[exit] = (exits[exit] ?? 0) + 1
      if (!allowed.includes(exit)) failures.push(`${name} ends with ${exit}: ${words}`)
      if (words === '' || words.startsWith('unexpected')) failures.push(`${name} ends without true words`)
      if (rss > maxMemory) failures.push(`${name} takes ${Math.round(rss / 1024 ** 2)} MB`)
    }
  })
  if (ended !== asked) failures.push(`${ended} of ${asked} workbooks were imported`)
  const missing = mutations.map(([name]) => name).filter((name) => !ways.has(name))
  if (missing.length > 0) failures.push(`not tried: ${missing.join(', ')}`)
  for (const exit of [0, 6]) if (!exits[exit]) failures.push(`none of them ended with ${exit}`)
  return { asked, exits, failures }
}

async function resultsOf(first: number, last: number, failures: string[]): Promise<Result[]> {
  const child = execa(
    process.execPath,
    ['--import', 'tsx', '--max-old-space-size=512', importer, String(first), String(last)],
    { reject: false, stdin: 'ignore', buffer: { stdout: false, stderr: true } },
  )
  const results: Result[] = []
  let current = 'none'
  const timer = setTimeout(() => child.kill('SIGKILL'), longestSilence)
  for await (const text of createInterface({ input: child.stdout })) {
    timer.refresh()
    const message = JSON.parse(text)
    if ('begins' in message) current = `${message.begins} (${message.how})`
    else results.push(message)
  }
  clearTimeout(timer)
  const { exitCode, signal, stderr } = await child
  if (exitCode !== 0)
    failures.push(`workbook ${current} ends the process: ${signal ?? exitCode} ${stderr.slice(-500)}`)
  return results
}
