import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes the names in a folder, and not only what the files hold, outlast a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } catch (error) {
    // Some network disks cannot do this, and nothing else can be done there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) throw error
  } finally {
    closeSync(folder)
  }
}

/** Makes what a file holds outlast a power cut. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
