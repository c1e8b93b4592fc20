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
    ${uploads} as uploads,
    last.id as last_id, segment as last_segment, mac as last_mac, at as last_at
  from store left join (select id, segment, mac, at from audit order by id desc limit 1) as last on true
  where store.id = 1`

export const storeRow = rowWith({ uploads: 'exists (select from contents where sha256 is null)' })

/** The same of a store that was begun before there were uploads. */
export const storeRowBeforeUploads = rowWith({ uploads: 'false' })
