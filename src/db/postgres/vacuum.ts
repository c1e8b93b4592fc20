import type pg from 'pg'

const tables = ['users', 'outbox', 'credentials', 'audit_personal', 'imports', 'import_changes']

/**
 * Lets the server write over what was removed of the tables that hold personal data. @returns whether it could: of
 * tables that somebody else owns it only warns that it left them out
 */
export async function vacuumTables(client: pg.Client, schema: string): Promise<boolean> {
  const names = tables.map((table) => `${client.escapeIdentifier(schema)}.${table}`)
  let isWhole = true
  const warned = () => {
    isWhole = false
  }
  client.on('notice', warned)
  const vacuumed = await client.query(`vacuum ${names.join(', ')}`).catch(() => undefined)
  client.off('notice', warned)
  return vacuumed !== undefined && isWhole
}
