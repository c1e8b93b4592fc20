import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { readLines } from './read-lines.ts'

/** Where several targets can be named, `-` stands for those on stdin, one a line. */
export async function resolveTargets(
  leaf: Command,
  typed: Record<string, unknown>,
  context: Context,
): Promise<Record<string, unknown>> {
  const last = leaf.registeredArguments.at(-1)
  const name = Object.keys(typed).find((key) => {
    const value = typed[key]
    return last?.variadic && Array.isArray(value) && value === leaf.processedArgs.at(-1)
  })
  if (name === undefined) return typed
  const targets = typed[name]
  if (!Array.isArray(targets) || !targets.includes('-')) return typed
  const lines = await linesOf(context.stdin)
  const all = targets.flatMap((target) => (target === '-' ? lines : [target]))
  if (all.length === 0) throw new Usage('Nothing was named on stdin.', { hint: 'One a line.' })
  return { ...typed, [name]: all }
}

async function linesOf(stream: NodeJS.ReadableStream): Promise<string[]> {
  return (await readLines(stream)).map((line) => line.trim()).filter((line) => line !== '')
}
