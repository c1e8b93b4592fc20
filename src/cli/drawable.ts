import { Writable } from 'node:stream'
import type { Output } from '../output.ts'

/** A terminal as a stream, for what moves its cursor; that is asked for where there is a terminal alone. */
export function drawable(output: Output): Writable {
  if (!(output instanceof Writable)) throw new TypeError('Only a terminal is drawn on.')
  return output
}
