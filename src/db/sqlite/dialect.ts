import type Database from 'better-sqlite3'
import {
  type BinaryOperationNode,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type LimitNode,
  type OperationNode,
  type QueryResult,
  ReferenceNode,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
  ValueNode,
} from 'kysely'
import { isBusy, isUnwritable, readOnlyStore } from './errors.ts'
import { Turns } from './wait.ts'

export interface Transactions {
  database: Database.Database
  /** Resolves when a retry makes sense; throws after --wait. Absent where no other process can have the store open. */
  waitForStore?: (tries: number) => Promise<void>
  /** Checks, once the store is locked, that its schema version is still the one that was opened. */
  checkVersion?: () => void
}

/** kysely's SQLite dialect, corrected for a store with several writers. */
export class StoreDialect extends SqliteDialect {
  readonly #transactions: Transactions

  constructor(transactions: Transactions) {
    super({ database: transactions.database })
    this.#transactions = transactions
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#transactions)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter()
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new PlannedOnceCompiler()
  }
}

/** Columns in the conditions of partial indexes. */
const decidesOnIndex: ReadonlySet<string> = new Set(['status', 'state', 'pin_state', 'hub_role'])

/**
 * Writes such values, and limits, into the SQL: bound to a parameter, SQLite re-plans the statement for each value,
 * which takes longer than running it.
 */
class PlannedOnceCompiler extends SqliteQueryCompiler {
  /**
   * From SQLite 3.54 on, a bare `?` that a column is compared with makes each execution plan the statement anew;
   * the sign changes neither value nor index.
   */
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }

  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { leftOperand, operator, rightOperand } = node
    if (isState(leftOperand) && ValueNode.is(rightOperand) && isWord(rightOperand.value)) {
      this.visitNode(leftOperand)
      this.append(' ')
      this.visitNode(operator)
      this.append(' ')
      this.appendImmediateValue(rightOperand.value)
    } else super.visitBinaryOperation(node)
  }

  protected override visitLimit(node: LimitNode): void {
    const { limit } = node
    if (ValueNode.is(limit) && typeof limit.value === 'number') {
      this.append('limit ')
      this.appendImmediateValue(limit.value)
    } else super.visitLimit(node)
  }
}

function isState(node: OperationNode): boolean {
  if (!ReferenceNode.is(node) || node.column.kind !== 'ColumnNode') return false
  return decidesOnIndex.has(node.column.column.name)
}

/** Whether a value has the form of a state; any other value is bound as a parameter, since a user may have typed it. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z-]+$/.test(value)
}

/**
 * Begins transactions as IMMEDIATE: a deferred one that reads and then writes fails with SQLITE_BUSY_SNAPSHOT whatever the
 * timeout. Waits without SQLite's busy timeout, which blocks the event loop.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #transactions: Transactions
  readonly #turns = new Turns()
  #statements: Statements | undefined

  constructor(transactions: Transactions) {
    super({ database: transactions.database })
    this.#transactions = transactions
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#statements ??= new Statements(this.#transactions.database)
    // Waits until the only connection is free.
    await super.acquireConnection()
    return new StreamingConnection(this.#statements)
  }

  override async beginTransaction(): Promise<void> {
    if (this.#transactions.waitForStore) await this.#turns.begin()
    await beginImmediate(this.#transactions)
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection)
    this.#turns.end()
  }

  /** On a full disk SQLite has already rolled back; a second rollback would replace the real error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#transactions.database.inTransaction) await super.rollbackTransaction(connection)
    this.#turns.end()
  }
}

/** Begins a change: locks the store, and waits for its holder. */
export async function beginImmediate({ database, waitForStore, checkVersion }: Transactions): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      database.exec('begin immediate')
      break
    } catch (error) {
      if (!isBusy(error) || !waitForStore) throw error
    }
    await waitForStore(tries)
  }
  try {
    checkVersion?.()
  } catch (error) {
    if (database.inTransaction) database.exec('rollback')
    throw error
  }
}

const maxStatements = 100

/** A cache of prepared statements: a rehearsal and its change run the same queries, and so does each line of a batch. */
class Statements {
  readonly #database: Database.Database
  readonly #prepared = new Map<string, Database.Statement<unknown[]>>()

  constructor(database: Database.Database) {
    this.#database = database
  }

  /** The caller knows the type of the query's rows. */
  find<Row>(sql: string): Database.Statement<unknown[], Row>
  find(sql: string): Database.Statement<unknown[]> {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.prepare(sql)
    const [oldest] = this.#prepared.keys()
    if (oldest !== undefined && this.#prepared.size >= maxStatements) this.#prepared.delete(oldest)
    this.#prepared.set(sql, statement)
    return statement
  }

  /** Not cached: a statement is busy while its rows are iterated. */
  prepare<Row>(sql: string): Database.Statement<unknown[], Row> {
    return this.#database.prepare<unknown[], Row>(sql)
  }
}

/**
 * Replaces kysely's connection, which prepares each statement anew and streams single rows as objects, which are slow
 * in better-sqlite3.
 */
class StreamingConnection implements DatabaseConnection {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#statements.find<R>(sql)
    const values = parameters.map(bindable)
    if (statement.reader) return { rows: statement.all(values) }
    const { changes, lastInsertRowid } = this.#run(statement, values)
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
  }

  /** SQLite opens a file that may only be read, begins a change of it, and refuses the first statement that writes. */
  #run(statement: Database.Statement<unknown[]>, values: readonly unknown[]): Database.RunResult {
    try {
      return statement.run(values)
    } catch (error) {
      throw isUnwritable(error) ? readOnlyStore(statement.database.name, error) : error
    }
  }

  async *streamQuery<R>({ sql, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#statements.prepare<unknown[]>(sql)
    const rowOf = rowMaker<R>(statement.columns().map(({ name }) => name))
    let rows: R[] = []
    let enough = rowsAtFirst
    for (const values of statement.raw().iterate(...parameters.map(bindable))) {
      rows.push(rowOf(values))
      if (rows.length < enough) continue
      yield { rows }
      rows = []
      enough = rowsAtOnce
    }
    if (rows.length > 0) yield { rows }
  }
}

/** Arrays are bound as JSON, for json_each. */
function bindable(parameter: unknown): unknown {
  return Array.isArray(parameter) ? JSON.stringify(parameter) : parameter
}

/** A small first batch, so that output begins early; larger ones afterwards. */
const rowsAtFirst = 20
const rowsAtOnce = 200

/** The caller knows the type of the query's rows. */
function rowMaker<R>(names: readonly string[]): (values: readonly unknown[]) => R
function rowMaker(names: readonly string[]): (values: readonly unknown[]) => unknown {
  return (values) => {
    const row: Record<string, unknown> = {}
    for (let at = 0; at < names.length; at += 1) row[names[at] ?? ''] = values[at]
    return row
  }
}

/** kysely's adapter claims that SQLite cannot roll DDL back, and so would leave a partial schema. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
