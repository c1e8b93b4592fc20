import * as z from 'zod/mini'
import { shapesOfJson } from '../../render/json.ts'

export { answerOf } from '../../render/json.ts'

/** The published shapes as JSON schemas, by name. */
export function jsonSchemas(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(shapesOfJson()).map(([name, shape]) => [name, { ...z.toJSONSchema(shape) }]),
  )
}

export const json = `--json prints one JSON document on stdout, with camelCase keys, UTC times, and the same order every
time. Warnings and hints stand in "notices": [{"code","message"}]. A failure prints one line on stderr
instead: {"error": {"code", "message", "hint", "details"}}; codes are stable.

A terminal gets the document indented, a pipe gets it in one line.

The shapes are ${Object.keys(shapesOfJson()).join(', ')}.

ssh-admin help json --json prints their JSON schemas, and which of them each command answers in. They are
closed: nothing comes that they do not name.`
