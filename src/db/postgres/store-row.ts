import { Unavailable } from '../../errors.ts'
import type { LastEvent, ServerState } from '../engine.ts'
import { refuseInvalidStoreId, type ServerAddress } from '../../server-address.ts'

/** The row of the table `store`, with what every transaction checks. */
export interface StoreRow {
  storeId: string
  fingerprint: string
  version: number
}

export interface RowOfStore {
  store_id: string
  key_fingerprint: string
  version: number
  clock: number
  held: number
  /** The transaction id (xid8); null for a read-only transaction. */
  transaction: string | null
  last_id: number | null
  last_segment: number | null
  last_mac: Buffer | null
  last_at: string | null
  cut_row: number | null
  sheets: boolean
  uploads: boolean
  standby: boolean
}

/** Read after the lock, in a statement of its own: its snapshot includes what was committed during the wait. */
const storeRowQuery = ({
  uploads,
}: {
  uploads: string
}) => `select store_id, key_fingerprint, (select max(version) from store_versions) as version,
    extract(epoch from clock_timestamp()) * 1000 as clock, store.tableoid as held,
    cast(pg_current_xact_id_if_assigned() as text) as transaction,
    (select min(audit_id) from audit_personal where audit_id > last.id) as cut_row,
    exists (select from pin_sheets_owed) as sheets,
    ${uploads} as uploads, pg_is_in_recovery() as standby,
    last.id as last_id, segment as last_segment, mac as last_mac, at as last_at
  from store left join (select id, segment, mac, at from audit order by id desc limit 1) as last on true
  where store.id = 1`

const currentStoreRowQuery = storeRowQuery({ uploads: 'exists (select from contents where sha256 is null)' })

/** The query for a store of a version without uploads. */
const queryBeforeUploads = storeRowQuery({ uploads: 'false' })

/** The store's row as it was last read or locked. */
export class StoreState implements ServerState {
  readonly #shown: string
  #row: StoreRow | undefined
  /** The query that reads the row. */
  query = currentStoreRowQuery
  lastEvent: LastEvent | undefined
  hasUnfinishedSheets = false
  hasUploads = false
  /** The open change's transaction id. */
  transaction: string | undefined

  constructor({ shown }: ServerAddress) {
    this.#shown = shown
  }

  /** After a missing table: switches to the query for older stores. @returns whether a retry makes sense */
  tryOlderQuery(): boolean {
    const triedQuery = this.query
    this.query = queryBeforeUploads
    return triedQuery === currentStoreRowQuery
  }

  /**
   * @returns the server's clock in milliseconds since the epoch. @throws `store-damaged` without a row,
   * `store-untrusted`
   */
  update(row: RowOfStore | undefined): number {
    if (!row) throw new Unavailable('store-damaged', `The store ${this.#shown} has no row of its own.`)
    refuseInvalidStoreId(row.store_id)
    this.transaction = row.transaction ?? undefined
    this.#row = { storeId: row.store_id, fingerprint: row.key_fingerprint, version: Number(row.version) }
    const { last_id: id, last_segment: segment, last_mac: mac, last_at: at, cut_row: cutRow } = row
    this.lastEvent =
      id === null || !mac || at === null ? undefined : { id, segment: segment ?? 1, mac, at, cutRow }
    this.hasUnfinishedSheets = row.sheets
    this.hasUploads = row.uploads
    return Number(row.clock)
  }

  get isRead(): boolean {
    return this.#row !== undefined
  }

  get row(): StoreRow {
    if (!this.#row) throw new Error('a shared store is looked at before it is used')
    return this.#row
  }
}
