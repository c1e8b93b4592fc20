import { Unavailable } from '../../errors.ts'
import type { LastEvent, SeenOnServer } from '../engine.ts'
import { refuseNoNumber, type ServerAddress } from '../../server-address.ts'

/** The store's own row, with what every transaction must know of it. */
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
  /** The server's own number of the transaction; null of one that only reads. */
  transaction: string | null
  last_id: number | null
  last_segment: number | null
  last_mac: Buffer | null
  last_at: string | null
  beyond: number | null
  sheets: boolean
  uploads: boolean
  standby: boolean
}

/** Read once it is held, in a statement of its own: of what was committed while it was waited for, nothing is missed. */
const rowWith = ({
  uploads,
}: {
  uploads: string
}) => `select store_id, key_fingerprint, (select max(version) from store_versions) as version,
    extract(epoch from clock_timestamp()) * 1000 as clock, store.tableoid as held,
    cast(pg_current_xact_id_if_assigned() as text) as transaction,
    (select min(audit_id) from audit_personal where audit_id > last.id) as beyond,
    exists (select from pin_sheets_owed) as sheets,
    ${uploads} as uploads, pg_is_in_recovery() as standby,
    last.id as last_id, segment as last_segment, mac as last_mac, at as last_at
  from store left join (select id, segment, mac, at from audit order by id desc limit 1) as last on true
  where store.id = 1`

const storeRow = rowWith({ uploads: 'exists (select from contents where sha256 is null)' })

/** The same of a store that was begun before there were uploads. */
const storeRowBeforeUploads = rowWith({ uploads: 'false' })

/** What the server said last of the store, as it was looked at or taken. */
export class StoreState implements SeenOnServer {
  readonly #shown: string
  #row: StoreRow | undefined
  /** What asks for its row. */
  query = storeRow
  lastEvent: LastEvent | undefined
  hasNotedSheets = false
  hasUploads = false
  /** The server's own number of the change that is open. */
  transaction: string | undefined

  constructor({ shown }: ServerAddress) {
    this.#shown = shown
  }

  /** A table is missing: of a store that is older than it, if not the whole store. @returns whether to ask without it */
  mayBeOlder(): boolean {
    const asked = this.query
    this.query = storeRowBeforeUploads
    return asked === storeRow
  }

  /** @returns what the server's clock says, in milliseconds. @throws `store-damaged` where there is no row, `store-untrusted` */
  note(row: RowOfStore | undefined): number {
    if (!row) throw new Unavailable('store-damaged', `The store ${this.#shown} has no row of its own.`)
    refuseNoNumber(row.store_id)
    this.transaction = row.transaction ?? undefined
    this.#row = { storeId: row.store_id, fingerprint: row.key_fingerprint, version: Number(row.version) }
    const { last_id: id, last_segment: segment, last_mac: mac, last_at: at, beyond } = row
    this.lastEvent =
      id === null || !mac || at === null ? undefined : { id, segment: segment ?? 1, mac, at, beyond }
    this.hasNotedSheets = row.sheets
    this.hasUploads = row.uploads
    return Number(row.clock)
  }

  get isSeen(): boolean {
    return this.#row !== undefined
  }

  get row(): StoreRow {
    if (!this.#row) throw new Error('a shared store is looked at before it is used')
    return this.#row
  }
}
