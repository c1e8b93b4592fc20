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
import { isBusy } from './errors.ts'
import { Turns } from './wait.ts'

export interface Transactions {
  database: Database.Database
  /** Resolves when it is worth trying again; throws once it was waited for as long as was said. Absent: nobody else is there. */
  waitForStore?: (tries: number) => Promise<void>
  /** Looks, once the store is held, whether it is still what was opened. */
  checkVersion?: () => void
}

/** kysely's SQLite dialect with the corrections that a store with several writers needs. */
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

/** The columns whose values decide whether a row is in an index. */
const decidesOnIndex: ReadonlySet<string> = new Set(['status', 'state', 'pin_state', 'hub_role'])

/** SQLite plans a statement anew each time such a value, or a limit, is bound to it, which takes longer than to run it: it stands in the statement. */
class PlannedOnceCompiler extends SqliteQueryCompiler {
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

/** As states are called: whatever else somebody typed is bound. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z-]+$/.test(value)
}

/**
 * A deferred transaction that reads and then writes fails with SQLITE_BUSY_SNAPSHOT whatever
 * the timeout; and SQLite's own waiting blocks the process, Ctrl-C included.
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
    // It waits its turn: SQLite has one connection.
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

  /** On a full disk SQLite has rolled back by itself: to ask for it again would hide what was wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#transactions.database.inTransaction) await super.rollbackTransaction(connection)
    this.#turns.end()
  }
}

/** Takes the store for a change, and waits for whoever has it. */
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

/** Those that were prepared last: a command asks the same for a rehearsal and for the change, a batch on each line. */
class Statements {
  readonly #database: Database.Database
  readonly #prepared = new Map<string, Database.Statement<unknown[]>>()

  constructor(database: Database.Database) {
    this.#database = database
  }

  /** Whoever wrote the query knows what its rows are. */
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

  /** Of its own: one whose rows are read bit by bit can be asked nothing else meanwhile. */
  prepare<Row>(sql: string): Database.Statement<unknown[], Row> {
    return this.#database.prepare<unknown[], Row>(sql)
  }
}

/** The stock connection prepares every statement anew and streams row by row, and SQLite's driver takes its time to give each one as an object. */
class StreamingConnection implements DatabaseConnection {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#statements.find<R>(sql)
    const values = parameters.map(bindable)
    if (statement.reader) return { rows: statement.all(values) }
    const { changes, lastInsertRowid } = statement.run(values)
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
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

/** A list is JSON, which SQLite can read. */
function bindable(parameter: unknown): unknown {
  return Array.isArray(parameter) ? JSON.stringify(parameter) : parameter
}

/** The first are wanted soon; then as many as are worth a wait. */
const rowsAtFirst = 20
const rowsAtOnce = 200

/** Whoever wrote the query knows what its rows are. */
function rowMaker<R>(names: readonly string[]): (values: readonly unknown[]) => R
function rowMaker(names: readonly string[]): (values: readonly unknown[]) => unknown {
  return (values) => {
    const row: Record<string, unknown> = {}
    for (let at = 0; at < names.length; at += 1) row[names[at] ?? ''] = values[at]
    return row
  }
}

/** The stock adapter says that DDL cannot be rolled back, which leaves half a schema behind. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
