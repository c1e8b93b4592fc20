import type { DeskRole } from '../store/by-engine.ts'
import type { Opening } from '../store/opening.ts'
import { errorCodeOf } from '../../errors.ts'
import { connect, serverAddressOf } from './connection.ts'
import { ReconnectingClient } from './reconnecting-client.ts'
import { deskRoleOfSchema, ownerOf } from './rights.ts'
import { silentWaitMs, acquireStore } from './wait.ts'

/**
 * A role for desks: it reads and changes the store and appends to the audit log, but can neither update nor delete its
 * rows, nor alter a table. It is created if the user has the rights; otherwise its statements are for somebody who has.
 */
export async function deskRole(opening: Opening, { make }: { make: boolean }): Promise<DeskRole> {
  const server = serverAddressOf(opening.path)
  const role = deskRoleOfSchema(server.schema)
  const statements = statementsFor(server.schema, role)
  const made = make && (await makeRole(opening, { schema: server.schema, statements }))
  return { role, statements, made }
}

/** @returns whether the user has the rights that this needs. @throws `store-locked` */
async function makeRole(
  opening: Opening,
  { schema, statements }: { schema: string; statements: readonly string[] },
): Promise<boolean> {
  const server = serverAddressOf(opening.path)
  const connection = new ReconnectingClient(await connect(server, { writes: true }), {
    server,
    opening,
    acceptsStandby: false,
  })
  let isAllowed = true
  // Two concurrent runs would collide on the server's catalogue: they take turns by locking a table that no desk's
  // change writes, so that neither waits for an import.
  const take = async (wait: number) => {
    const limit = `set local lock_timeout to ${Math.ceil(Math.max(wait, silentWaitMs))}`
    const lock = `lock table "${schema}".store_versions in share row exclusive mode`
    try {
      await connection.interruptible(() =>
        connection.client.query(`begin; ${limit}; ${lock}; ${statements.join('\n')} commit`),
      )
      return true
    } catch (error) {
      await connection.client.query('rollback').catch(() => undefined)
      const code = errorCodeOf(error)
      if (code === '55P03') return false
      if (code !== '42501') throw connection.toFailure(error)
      isAllowed = false
      return true
    }
  }
  try {
    // To anybody else the server only warns that it granted nothing.
    if ((await ownerOf(connection.client, server))?.owns !== true) return false
    await acquireStore(connection, { server, opening, isIdle: () => true, take })
    return isAllowed
  } catch (error) {
    throw connection.toFailure(error)
  } finally {
    await connection.client.end().catch(() => undefined)
  }
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
      defaultPrivileges(schema, `in schema "${schema}" grant ${granted} to "${role}"`),
    ),
  ]
}

/**
 * What the store's owner makes later, as in bringing it up to date; whoever says so may be another, who looks after
 * the server.
 */
function defaultPrivileges(schema: string, privileges: string): string {
  return `do $$ begin execute format('alter default privileges for role %I ${privileges}',
      (select pg_get_userbyid(nspowner) from pg_namespace where nspname = '${schema}')); end $$;`
}
