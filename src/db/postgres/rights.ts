import type pg from 'pg'
import { createHash } from 'node:crypto'
import { Unavailable } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import { shellWord } from '../../shell-word.ts'
import { withConnection } from './connection.ts'
import { schemaOfAnother, incompleteStore } from './errors.ts'

interface OwnerAction {
  /** The action, as in a sentence: `bring it up to date`. */
  what: string
  /** Whether the action creates a schema. */
  makesSchema?: boolean
}

/** Refuses an action to anybody but the owner of the store's schema. @throws `store-refused`, naming the owner */
export async function requireOwner(
  server: ServerAddress,
  { what, makesSchema = false }: OwnerAction,
): Promise<void> {
  const found = await withConnection(server, (client) => ownerOf(client, server))
  if (!found || (found.owns && (found.makes || !makesSchema))) return
  if (!found.owns) {
    throw new Unavailable(
      'store-refused',
      `The store ${server.shown} belongs to the user ${found.owner} of its server, and nobody else may ${what}.`,
      {
        hint: `Nothing was changed. Sign in as that user: --db ${shellWord(addressFor(server, found.owner))}`,
      },
    )
  }
  throw cannotCreateSchema(server, found)
}

/** The refusal for a user without CREATE on the database. */
export function cannotCreateSchema(
  { shown }: Pick<ServerAddress, 'shown'>,
  { user, database }: { user: string; database: string },
): Unavailable {
  return new Unavailable(
    'store-refused',
    `The user ${user} may not make a schema in the database of ${shown}.`,
    {
      hint: `Nothing was changed. Have whoever looks after the server run: grant create on database "${database}" to "${user}"`,
    },
  )
}

interface Owner {
  owner: string
  user: string
  database: string
  /** Whether the present user owns the schema, or is a member of the role that does. */
  owns: boolean
  /** Whether the present user may create schemas. */
  makes: boolean
}

/** The owner of the store's schema; undefined where there is no schema. */
export async function ownerOf(
  client: pg.Client,
  { schema }: Pick<ServerAddress, 'schema'>,
): Promise<Owner | undefined> {
  const { rows } = await client.query<Owner>(
    `select cast(pg_get_userbyid(nspowner) as text) as owner, cast(current_user as text) as user,
        cast(current_database() as text) as database, pg_has_role(nspowner, 'usage') as owns,
        has_database_privilege(current_database(), 'create') as makes
      from pg_namespace where nspname = $1`,
    [schema],
  )
  return rows[0]
}

/** The address of the same store for another user. */
function addressFor({ shown }: ServerAddress, user: string): string {
  return shown.replace(/\/\/(?:[^@/?]*@)?/, `//${encodeURIComponent(user)}@`)
}

interface WithoutStore {
  /** Whether a store is about to be created, which does its own check. */
  createsStore: boolean
  /** The server's error when the store was not found. */
  found: unknown
}

/**
 * Explains why no store was found: the user has no right in its schema, another program's tables are there, or tables of
 * the store are missing. @throws `store-refused`, `store-foreign`, `store-damaged`
 */
export async function refuseForeignSchema(
  client: pg.Client,
  server: ServerAddress,
  { createsStore, found }: WithoutStore,
): Promise<void> {
  const { rows } = await client.query<{ may: boolean; taken: boolean; versioned: boolean }>(
    `select has_schema_privilege(oid, 'usage') as may,
        exists (select from pg_class where relnamespace = pg_namespace.oid and relkind in ('r', 'v', 'm', 'f', 'p')) as taken,
        exists (select from pg_class where relnamespace = pg_namespace.oid and relname = 'store_versions') as versioned
      from pg_namespace where nspname = $1`,
    [server.schema],
  )
  const [schema] = rows
  if (schema?.may === false) throw noSchemaRights(server, client.user ?? '')
  if (createsStore || !schema?.taken) return
  throw schema.versioned ? incompleteStore(server, found) : schemaOfAnother(server)
}

/** The refusal for a user without USAGE on the schema. */
function noSchemaRights(
  { shown, schema }: Pick<ServerAddress, 'shown' | 'schema'>,
  user: string,
): Unavailable {
  return new Unavailable('store-refused', `The user ${user} has no right in the store ${shown}.`, {
    hint: `Have its owner run: ssh-admin store init --roles, and then on the server: grant "${deskRoleOfSchema(schema)}" to "${user}"`,
  })
}

/** PostgreSQL truncates identifiers to this length. */
const maxName = 63

/** The name of a schema's desk role. */
export function deskRoleOfSchema(schema: string): string {
  return nameAfterSchema(schema, { ending: '_desk' })
}

/** The schema's name with an ending; a long one is cut and made unique by a digest. @param room left for what follows */
export function nameAfterSchema(
  schema: string,
  { ending, room = 0 }: { ending: string; room?: number },
): string {
  const maxLength = maxName - room
  const name = `${schema}${ending}`
  if (name.length <= maxLength) return name
  const end = `_${createHash('sha256').update(schema).digest('hex').slice(0, 8)}${ending}`
  return `${schema.slice(0, maxLength - end.length)}${end}`
}
