import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The lines of Node beside the oldest, which runs the tests anyway. */
export const nodeLines = [22, 24, 26] as const
export type NodeLine = (typeof nodeLines)[number]

/** Where `npm run nodes` keeps them; git does not look there. */
export const nodesFolder = fileURLToPath(new URL('../.nodes', import.meta.url))

/** npm has Node itself, as a package for each platform. */
export const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`

export function nodeBinary(line: NodeLine): string {
  return join(nodesFolder, String(line), 'node_modules', nodePackage, 'bin', 'node')
}

export function isFetched(line: NodeLine): boolean {
  return existsSync(nodeBinary(line))
}
