import { accessSync, constants, statfsSync } from 'node:fs'

const folder = '/dev/shm'
const enough = 4 * 1024 ** 3

/** Temporary files go to memory where there is a folder for it with 4 GB free, unless TMPDIR says where: no disk is waited for. */
export function workInMemory(): void {
  if (process.env.TMPDIR) return
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize >= enough) process.env.TMPDIR = folder
  } catch {
    // There is none, and the usual folder serves.
  }
}
