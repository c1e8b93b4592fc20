import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readHeadFile, writeHeadFile } from '../../src/db/audit/head-file.ts'
import { newWorld, type World } from '../world.ts'

/** Reads the file again and again until it is told to end. @returns how often, and how often nothing was there */
const reader = `
const { parentPort, workerData } = require('node:worker_threads')
const { readFileSync } = require('node:fs')
const stop = new Int32Array(workerData.stop)
let [reads, empty] = [0, 0]
parentPort.postMessage('ready')
while (Atomics.load(stop, 0) === 0) {
  reads += 1
  if (readFileSync(workerData.file, 'utf8').length === 0) empty += 1
}
parentPort.postMessage({ reads, empty })
`

describe('the file with the head of the log', () => {
  let world: World
  let file: string
  beforeEach(() => {
    world = newWorld()
    file = join(world.folder, 'store.key.head')
  })
  afterEach(() => world.close())

  it('is never empty for whoever reads it while it is written', async () => {
    writeHeadFile(file, { events: 1, head: 'a'.repeat(64) })
    const stop = new SharedArrayBuffer(4)
    const worker = new Worker(reader, { eval: true, workerData: { file, stop } })
    await new Promise((resolve) => worker.once('message', resolve))
    for (let events = 1; events <= 3000; events += 1) writeHeadFile(file, { events, head: 'b'.repeat(64) })
    const said = new Promise<{ reads: number; empty: number }>((resolve) => worker.once('message', resolve))
    Atomics.store(new Int32Array(stop), 0, 1)
    const { reads, empty } = await said
    expect(reads).toBeGreaterThan(10)
    expect(empty).toBe(0)
  })

  it('holds nothing of longer lines that were there', () => {
    writeFileSync(file, 'x'.repeat(4000))
    expect(writeHeadFile(file, { events: 7, head: 'c'.repeat(64) })).toBe(true)
    expect(readFileSync(file, 'utf8')).toBe(`ssh-admin head 1\n${'c'.repeat(64)}\n7\n`)
    expect(readHeadFile(file)).toEqual({ events: 7, head: 'c'.repeat(64) })
  })
})
