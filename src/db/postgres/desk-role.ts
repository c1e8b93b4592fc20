import type { DeskRole } from '../store/desk-role.ts'
import { errorCodeOf } from '../../errors.ts'
import { serverAddressOf, withConnection } from './connection.ts'
import { deskRoleOfSchema, ownerOf } from './rights.ts'

/**
 * A role for desks: it reads and changes the store, adds to the audit log, and can neither change nor shorten it, nor
 * alter a table. Whoever has the rights makes it; else its statements are for somebody who has.
 */
export async function deskRole(address: string, { make }: { make: boolean }): Promise<DeskRole> {
  const server = serverAddressOf(address)
  const role = deskRoleOfSchema(server.schema)
  const statements = statementsFor(server.schema, role)
  if (!make) return { role, statements, made: false }
  const made = await withConnection(server, async (client) => {
    // To anybody else the server only warns that it granted nothing.
    if ((await ownerOf(client, server))?.owns !== true) return false
    // Of two who make it at once, the server would refuse one in words of its own: they take turns at a table that no
    // change of a desk writes, so that nobody waits for an import.
    const held = `set local lock_timeout to '30s'; lock table "${server.schema}".store_versions in share row exclusive mode`
    const granting = client.query(`begin; ${held}; ${statements.join('\n')} commit`)
    return granting.then(
      () => true,
      (error: unknown) => {
        if (errorCodeOf(error) === '42501') return false
        throw error
      },
    )
  })
  return { role, statements, made }
}

/** A schema's name has nothing in it that would have to be quoted. */
function statementsFor(schema: string, role: string): string[] {
  return [
    // Where it is there, nobody needs the right to make one.
    `do $$ begin if to_regrole('"${role}"') is null then create role "${role}" nologin; end if;
      exception when duplicate_object or unique_violation then null; end $$;`,
    ...grantsFor(schema, role),
  ]
}

/** What the role may do in a schema, for the owner of its tables to grant. */
export function grantsFor(schema: string, role: string): string[] {
  const rights = `select, insert, update, delete on`
  return [
    `grant usage on schema "${schema}" to "${role}";`,
    `grant ${rights} all tables in schema "${schema}" to "${role}";`,
    `grant usage, select, update on all sequences in schema "${schema}" to "${role}";`,
    `revoke update, delete, truncate on "${schema}".audit, "${schema}".audit_personal from "${role}";`,
    `grant update (value, salt) on "${schema}".audit_personal to "${role}";`,
    `revoke insert, update, delete on "${schema}".store_versions from "${role}";`,
    ...[`${rights} tables`, 'usage, select, update on sequences'].map((granted) =>
      ofOwner(schema, `in schema "${schema}" grant ${granted} to "${role}"`),
    ),
  ]
}

/** What the store's owner makes later, as in bringing it up to date; whoever says so may be another, who looks after the server. */
function ofOwner(schema: string, privileges: string): string {
  return `do $$ begin execute format('alter default privileges for role %I ${privileges}',
      (select pg_get_userbyid(nspowner) from pg_namespace where nspname = '${schema}')); end $$;`
}
