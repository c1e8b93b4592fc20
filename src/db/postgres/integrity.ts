import type pg from 'pg'
import type { Problem } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import type { Findings } from '../engine.ts'
import { migrationsAfter } from '../migrations/index.ts'
import { type TableDefinition, tablesOfVersion } from '../sqlite/definition.ts'
import { tablesOnServer } from './migrate.ts'
import { firstSchema, firstVersion, keptSchemaPrefix } from './new-schema.ts'
import { deskRoleOfSchema } from './rights.ts'

interface Looking {
  server: ServerAddress
  /** The store's schema version. */
  version: number
}

/**
 * Compares a shared store's schema and rights with what this program creates. The server would only complain at the first
 * change that needs what is missing. Each finding comes with the statement that its owner has to run.
 */
export async function findingsOnServer(client: pg.Client, { server, version }: Looking): Promise<Findings> {
  const { schema } = server
  const expected = await tablesOfVersion(version)
  // Tables that are not the store's may lie beside them.
  const names = expected.map(({ name }) => name)
  const { rows: found } = await client.query<FoundTable>(foundTables, [schema, names])
  const damage = expected.flatMap((table) => {
    const there = found.find(({ name }) => name === table.name)
    return there ? differences(table, { actual: there, schema }) : [missingTable(table.name)]
  })
  damage.push(...missingTriggers(await triggersOfVersion(version), { found, schema }))
  damage.push(...rowLevelSecurity(found, schema))
  damage.push(...(await sequencesBehind(client, { found, schema })))
  const rights = await missingRights(client, { found, schema })
  return {
    damage: [...damage, ...rights.damage],
    warnings: [
      ...rights.warnings,
      ...mixedOwners(found, schema),
      ...(await subscriptions(client, { found, schema })),
      ...(await storesBeforeRestore(client, schema)),
    ],
  }
}

interface FoundTable {
  name: string
  owner: string
  ownerOfSchema: string
  /** Whether the owner of the table owns the schema, or is a member of the role that does. */
  ownsSchema: boolean
  hasRowLevelSecurity: boolean
  columns: { name: string; type: string; isNeeded: boolean; isFilled: boolean; counter: string | null }[]
  constraints: { kind: string; columns: string[]; parent: string | null }[]
  /** Key columns only: INCLUDE columns are left out, and expressions have no name. */
  indexes: {
    name: string
    columns: (string | null)[]
    isUnique: boolean
    isOfEveryRow: boolean
    /** The condition of a partial index, as the server writes it. */
    condition: string | null
    isValid: boolean
  }[]
  triggers: { name: string; isOurs: boolean; isOn: boolean }[]
}

const foundTables = `select relname as name, pg_get_userbyid(relowner) as owner, relrowsecurity as "hasRowLevelSecurity",
    pg_get_userbyid(nspowner) as "ownerOfSchema",
    relowner = nspowner
      or pg_get_userbyid(nspowner) = 'pg_database_owner' and relowner = (select datdba from pg_database where datname = current_database())
      or pg_has_role(relowner, nspowner, 'usage') and not (select rolsuper from pg_roles where oid = relowner) as "ownsSchema",
    array(select json_build_object('name', attname, 'isNeeded', attnotnull,
        'isFilled', atthasdef or attidentity <> '' or attgenerated <> '',
        'type', concat(format_type(atttypid, atttypmod), case when collname is null then '' else concat(' collate "', collname, '"') end),
        'counter', case when attidentity <> '' then pg_get_serial_sequence(format('%I.%I', nspname, relname), attname) end)
      from pg_attribute left join pg_collation on pg_collation.oid = attcollation
      where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
    array(select json_build_object('kind', contype, 'parent', (select relname from pg_class where oid = confrelid),
        'columns', array(select attname from unnest(conkey) with ordinality as k (number, at)
          join pg_attribute on attrelid = conrelid and attnum = number order by at))
      from pg_constraint where conrelid = c.oid) as constraints,
    array(select json_build_object('name', i.relname, 'isUnique', indisunique, 'isOfEveryRow', indpred is null, 'condition', pg_get_expr(indpred, indrelid), 'isValid', indisvalid and indisready,
        'columns', array(select attname from unnest(indkey) with ordinality as k (number, at)
          left join pg_attribute on attrelid = c.oid and attnum = number where at <= indnkeyatts order by at))
      from pg_index join pg_class as i on i.oid = indexrelid where indrelid = c.oid) as indexes,
    array(select json_build_object('name', tgname, 'isOurs', not tgisinternal, 'isOn', tgenabled in ('O', 'A'))
      from pg_trigger where tgrelid = c.oid) as triggers
  from pg_class as c join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = $1 and relkind in ('r', 'p') and relname = any (cast($2 as text[])) order by relname`

interface Found {
  found: readonly FoundTable[]
  schema: string
}

/** PostgreSQL types that stand for each SQLite type; the first is the one that is created. */
const types: Readonly<Record<string, readonly string[]>> = {
  integer: ['bigint', 'integer'],
  text: ['text collate "C"'],
  real: ['double precision'],
  blob: ['bytea'],
}

/** Checked by a trigger rather than a foreign key, which costs a large import a look-up for each row. */
const checkedByTrigger = 'created_by_import'

const repairHint =
  'Have its owner put back what was changed, or restore a backup with: ssh-admin store restore FILE'

interface Compared {
  /** The table as this program creates it. */
  table: TableDefinition
  /** The table as it is on the server. */
  actual: FoundTable
  alter: (what: string) => string
}

function differences(
  table: TableDefinition,
  { actual, schema }: { actual: FoundTable; schema: string },
): Problem[] {
  const alter = (what: string) => ownerRuns(`alter table ${schema}.${table.name} ${what}`)
  const compared = { table, actual, alter }
  return [
    ...columnsChanged(compared),
    ...columnsAdded(compared),
    ...constraintsMissing(compared, schema),
    ...indexesMissing(compared, schema),
  ]
}

function columnsChanged({ table: { name, columns }, actual, alter }: Compared): Problem[] {
  return columns.flatMap(({ name: column, type, isNeeded }) => {
    const present = actual.columns.find((one) => one.name === column)
    const named = `${name}.${column}`
    if (!present) return [damaged(name, `The column ${named} is missing.`, repairHint)]
    const problems: Problem[] = []
    const known = types[type] ?? []
    if (known[0] !== undefined && !known.includes(present.type)) {
      const message = `The column ${named} is of another type than it was made: ${present.type}.`
      problems.push(damaged(name, message, alter(`alter column ${column} type ${known[0]}`)))
    }
    if (isNeeded && !present.isNeeded)
      problems.push(
        damaged(name, `The column ${named} may be empty.`, alter(`alter column ${column} set not null`)),
      )
    return problems
  })
}

function columnsAdded({ table: { name, columns }, actual, alter }: Compared): Problem[] {
  const added = actual.columns.filter((one) => !columns.some((column) => column.name === one.name))
  return added
    .filter(({ isNeeded, isFilled }) => isNeeded && !isFilled)
    .map(({ name: column }) =>
      damaged(
        name,
        `The column ${name}.${column} is none of ssh-admin's, and may not be empty.`,
        alter(`alter column ${column} drop not null`),
      ),
    )
}

function constraintsMissing({ table, actual, alter }: Compared, schema: string): Problem[] {
  const { name, key, unique, references } = table
  const has = (kind: string, columns: readonly string[]) =>
    actual.constraints.some((one) => one.kind === kind && one.columns.join() === columns.join())
  const isUnique = (columns: readonly string[]) =>
    actual.indexes.some(
      (one) =>
        one.isUnique &&
        one.isOfEveryRow &&
        one.isValid &&
        one.columns.toSorted().join() === columns.toSorted().join(),
    )
  const found: Problem[] = []
  if (key.length > 0 && !has('p', key))
    found.push(damaged(name, `${name} has no primary key.`, alter(`add primary key (${key.join(', ')})`)))
  for (const columns of unique) {
    const list = columns.join(', ')
    if (!isUnique(columns))
      found.push(
        damaged(name, `Two rows of ${name} may have the same ${list}.`, alter(`add unique (${list})`)),
      )
  }
  for (const { column, parent } of references) {
    if (column === checkedByTrigger || has('f', [column])) continue
    const message = `${name}.${column} may name a row of ${parent} that is not there.`
    found.push(damaged(name, message, alter(`add foreign key (${column}) references ${schema}.${parent}`)))
  }
  const checks = actual.constraints.filter(({ kind }) => kind === 'c').length
  if (checks < table.checks) {
    const message = `${name} has ${checks} of the ${table.checks} conditions that it was made with.`
    found.push(damaged(name, message, repairHint))
  }
  return found
}

function indexesMissing({ table: { name, indexes }, actual }: Compared, schema: string): Problem[] {
  return indexes.flatMap(({ name: index, statement, columns }) => {
    const found = actual.indexes.find((one) => one.name === index)
    const statementOnServer = tablesOnServer(statement).replace(/\s+/g, ' ')
    const createHint = (first = '') => ownerRuns(`set search_path to ${schema}; ${first}${statementOnServer}`)
    if (!found) return [damaged(name, `The index ${index} of ${name} is missing.`, createHint())]
    if (!found.isUnique && /^\s*create unique\b/i.test(statement)) {
      const message = `The index ${index} of ${name} lets two rows have the same: it was made unique.`
      return [damaged(name, message, createHint(`drop index ${index}; `))]
    }
    if (found.isUnique && !/^\s*create unique\b/i.test(statement)) {
      const message = `The index ${index} of ${name} lets no two rows have the same: it was not made unique.`
      return [damaged(name, message, createHint(`drop index ${index}; `))]
    }
    const [, condition = ''] = statement.split(/\bwhere\b/i)
    if (
      found.columns.join() !== columns.join() ||
      plainCondition(found.condition ?? '') !== plainCondition(condition)
    ) {
      const message = `The index ${index} of ${name} has other columns or rows than it was made with.`
      return [damaged(name, message, createHint(`drop index ${index}; `))]
    }
    if (found.isValid) return []
    const message = `The index ${index} of ${name} was not made to its end.`
    return [damaged(name, message, ownerRuns(`reindex index ${schema}.${index}`))]
  })
}

/** A condition without what the server adds when it writes one: types of texts, parentheses and blanks. */
function plainCondition(condition: string): string {
  return condition.replace(/::text|[()\s]/g, '').toLowerCase()
}

function damaged(target: string, message: string, hint: string): Problem {
  return { target, code: 'store-damaged', message, hint }
}

function ownerRuns(statement: string): string {
  return `Have its owner run: ${statement}`
}

function missingTable(name: string): Problem {
  return damaged(name, `The table ${name} is missing.`, repairHint)
}

/** The triggers of a schema version, each with its table and the statement that creates it. */
async function triggersOfVersion(
  version: number,
): Promise<{ name: string; table: string; statement: string }[]> {
  const statements = [...firstSchema()]
  for (const { version: to, load } of migrationsAfter(firstVersion)) {
    if (to > version) break
    statements.push(...((await load()).onServer ?? []))
  }
  return statements.flatMap((statement) => {
    const [, name = '', table = ''] = /^\s*create trigger (\w+)\s[\s\S]*?\son (\w+)\s/.exec(statement) ?? []
    return name === '' ? [] : [{ name, table, statement: statement.replace(/\s+/g, ' ') }]
  })
}

function missingTriggers(
  triggers: readonly { name: string; table: string; statement: string }[],
  { found, schema }: Found,
): Problem[] {
  return found.flatMap(({ name: table, triggers: present }) => {
    const alter = (what: string) => ownerRuns(`alter table ${schema}.${table} enable trigger ${what}`)
    const ours = triggers.filter((one) => one.table === table)
    return [
      ...ours.flatMap(({ name, statement }) => {
        const trigger = present.find((one) => one.name === name)
        const createHint = ownerRuns(`set search_path to ${schema}; ${statement}`)
        if (!trigger) return [damaged(table, `The trigger ${name} of ${table} is missing.`, createHint)]
        return trigger.isOn
          ? []
          : [damaged(table, `The trigger ${name} of ${table} is switched off.`, alter(name))]
      }),
      ...(present.some(({ isOurs, isOn }) => !isOurs && !isOn)
        ? [
            damaged(
              table,
              `What ${table} refers to is not looked at: its triggers are switched off.`,
              alter('all'),
            ),
          ]
        : []),
    ]
  })
}

function rowLevelSecurity(found: readonly FoundTable[], schema: string): Problem[] {
  const restricted = found.filter(({ hasRowLevelSecurity }) => hasRowLevelSecurity)
  if (restricted.length === 0) return []
  const names = restricted.map(({ name }) => name)
  const statements = names.map((name) => `alter table ${schema}.${name} disable row level security`)
  return [
    {
      target: names.join(', '),
      code: 'store-refused',
      message: `The server may keep rows of ${names.join(', ')} back (row-level security): to whoever that is about, every command that reads them is refused.`,
      hint: ownerRuns(statements.join('; ')),
    },
  ]
}

/** Tables whose ids are assigned by this program, while the store is locked, and not by a sequence. */
const withoutSequence = new Set(['imports', 'resources', 'releases', 'help_documents'])

/** Finds sequences that are behind the rows, as after logical replication or rows inserted by hand. */
async function sequencesBehind(client: pg.Client, { found, schema }: Found): Promise<Problem[]> {
  const counted = found.flatMap(({ name: table, columns }) =>
    columns.flatMap(({ name: column, counter }) =>
      counter === null || withoutSequence.has(table) ? [] : [{ table, column, counter }],
    ),
  )
  const { rows: readable } = await client.query<{ counter: string }>(
    `select counter from unnest(cast($1 as text[])) as counter where has_sequence_privilege(counter, 'select')`,
    [counted.map(({ counter }) => counter)],
  )
  const questions = counted
    .filter(({ counter }) => readable.some((one) => one.counter === counter))
    .map(
      ({ table, column, counter }) =>
        `select '${table}' as "table", '${column}' as column, last_value - case when is_called then 0 else 1 end as last,
          (select coalesce(max("${column}"), 0) from "${schema}"."${table}") as highest from ${counter}`,
    )
  if (questions.length === 0) return []
  const { rows } = await client.query<{ table: string; column: string; last: number; highest: number }>(
    `select * from (${questions.join(' union all ')}) as counters where last < highest`,
  )
  return rows.map(({ table, column, last, highest }) =>
    damaged(
      table,
      `The counter of ${table} stands at ${last}, and there is a row ${highest}: what is added next is refused.`,
      ownerRuns(
        `select setval(pg_get_serial_sequence('${schema}.${table}', '${column}'), max(${column})) from ${schema}.${table}`,
      ),
    ),
  )
}

const rowRights = ['select', 'insert', 'update', 'delete'] as const

/** The rights that a desk needs on a table. */
function rightsTo(table: string): readonly string[] {
  if (table === 'store_versions') return ['select']
  return table === 'audit' || table === 'audit_personal' ? ['select', 'insert'] : rowRights
}

/** Missing rights of the present user and of the desk role. A user who cannot append to the log counts as read-only. */
async function missingRights(client: pg.Client, { found, schema }: Found): Promise<Findings> {
  const needed = found.flatMap(({ name, columns }) => [
    ...rightsTo(name).map((right) => ({ name, right, column: null, counter: null })),
    ...(name === 'audit_personal'
      ? ['value', 'salt'].map((column) => ({ name, right: 'update', column, counter: null }))
      : []),
    ...columns.flatMap(({ counter }) =>
      counter === null ? [] : ['usage', 'update'].map((right) => ({ name, right, column: null, counter })),
    ),
  ])
  const { rows } = await client.query<{
    role: string
    name: string
    right: string
    isDesk: boolean
    isAsking: boolean
  }>(
    `select role, name, "right", role = current_user as "isAsking",
        has_table_privilege(role, format('%I.audit', cast($1 as text)), 'insert') as "isDesk"
      from json_to_recordset(cast($2 as json)) as needed (name text, "right" text, "column" text, counter text),
        (select cast(current_user as text) as role union select cast(rolname as text) from pg_roles where rolname = $3) as roles
      where has_schema_privilege(role, cast($1 as text), 'usage') and not case
        when counter is not null then has_sequence_privilege(role, counter, "right")
        when "column" is not null then has_column_privilege(role, format('%I.%I', cast($1 as text), name), "column", "right")
        else has_table_privilege(role, format('%I.%I', cast($1 as text), name), "right") end
      order by role, name`,
    [schema, JSON.stringify(needed), deskRoleOfSchema(schema)],
  )
  const roles = [...new Set(rows.map(({ role }) => role))]
  const problems = roles.map((role) => {
    const missing = rows.filter((one) => one.role === role)
    const tables = [...new Set(missing.map(({ name }) => name))].map((name) => {
      const rights = new Set(missing.filter((one) => one.name === name).map(({ right }) => right))
      return `${name} (${[...rights].join(', ')})`
    })
    const [{ isDesk, isAsking } = { isDesk: false, isAsking: true }] = missing
    const problem: Problem = {
      target: role,
      code: 'store-refused',
      message: isDesk
        ? `The role ${role} lacks rights that a desk needs: ${tables.join('; ')}.`
        : `The user ${role} may look at the store, and change nothing.`,
      hint: `Have its owner run: ssh-admin store init --roles${isAsking ? `, and then on the server: grant "${deskRoleOfSchema(schema)}" to "${role}"` : ''}`,
    }
    return { isDesk, problem }
  })
  return {
    damage: problems.filter(({ isDesk }) => isDesk).map(({ problem }) => problem),
    warnings: problems.filter(({ isDesk }) => !isDesk).map(({ problem }) => problem),
  }
}

/** Schema and tables of different owners: desks work, but no user can migrate or replace the store. */
function mixedOwners(found: readonly FoundTable[], schema: string): Problem[] {
  const others = found.filter(({ ownsSchema }) => !ownsSchema)
  const [first] = others
  if (!first) return []
  const { owner, ownerOfSchema } = first
  const statements = others.map(({ name }) => `alter table ${schema}.${name} owner to "${ownerOfSchema}"`)
  return [
    {
      target: schema,
      code: 'store-refused',
      message: `The schema ${schema} belongs to ${ownerOfSchema}, and ${others.length === found.length ? 'its tables' : others.map(({ name }) => name).join(', ')} to ${owner}: neither can bring the store up to date, or put another in its place.`,
      hint: `Have whoever looks after the server run: ${others.length === found.length ? `alter schema ${schema} owner to "${owner}"` : statements.join('; ')}`,
    },
  ]
}

/**
 * Finds tables that logical replication fills from another database. A change here would be taken, and would end that at
 * the first row of the same number.
 */
async function subscriptions(client: pg.Client, { found, schema }: Found): Promise<Problem[]> {
  const { rows } = await client.query<{ name: string; tables: string[] }>(
    `select subname as name, array_agg(cast(relname as text) order by relname) as tables
      from pg_subscription_rel join pg_subscription on pg_subscription.oid = srsubid
        join pg_class on pg_class.oid = srrelid
      where relnamespace = (select oid from pg_namespace where nspname = $1) and relname = any (cast($2 as text[]))
      group by subname order by subname`,
    [schema, found.map(({ name }) => name)],
  )
  return rows.map(({ name, tables }) => ({
    target: schema,
    code: 'store-replicated',
    message: `The subscription ${name} fills ${tables.length === found.length ? 'the store' : tables.join(', ')} from another database (logical replication): a change made here is not made there, and the first row that both number alike ends the replication.`,
    hint: `Change the store where it comes from, and only read here. To go on here instead, have whoever looks after the server run: drop subscription "${name}"`,
  }))
}

/** The stores that a restore put others in the place of: nobody else names them, and nothing removes them. */
async function storesBeforeRestore(client: pg.Client, schema: string): Promise<Problem[]> {
  const { rows } = await client.query<{ name: string }>(
    // The moment too: a store may have been given a name that begins so.
    `select nspname as name from pg_namespace
      where nspname ~ ('^' || $1 || '[0-9]{4}(_[0-9]{2}){5}z_[0-9a-f]{4}$') order by nspname`,
    [keptSchemaPrefix(schema)],
  )
  return rows.map(({ name }) => ({
    target: name,
    code: 'kept-copy',
    message: `The schema ${name} is the store that was there before store restore put a backup in its place.`,
    hint: `Where it is not needed any more, have its owner run: drop schema "${name}" cascade`,
  }))
}
