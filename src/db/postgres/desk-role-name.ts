import { createHash } from 'node:crypto'

/** So many letters of a name the server keeps. */
const maxName = 63

/** The role for desks of the store in a schema; one with a long name is told from its like by a digest. */
export function deskRoleOfSchema(schema: string): string {
  const role = `${schema}_desk`
  if (role.length <= maxName) return role
  const end = `_${createHash('sha256').update(schema).digest('hex').slice(0, 8)}_desk`
  return `${schema.slice(0, maxName - end.length)}${end}`
}
