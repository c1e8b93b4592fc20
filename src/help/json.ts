import { z } from 'zod'
import { shapes } from '../render/shapes.ts'

/** The published shapes as JSON schemas, by name. */
export function jsonSchemas(): Record<string, object> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, z.toJSONSchema(shape)]))
}

export const json = `--json prints one JSON document on stdout, with camelCase keys, UTC times, and the same order every
time. Warnings and hints stand in "notices": [{"code","message"}]. A failure prints one line on stderr
instead: {"error": {"code", "message", "hint", "details"}}; codes are stable.

A terminal gets the document indented, a pipe gets it in one line.

Shapes: ${Object.keys(shapes).join(', ')}.
ssh-admin help json --json prints their JSON schemas.`
