// Shared by the peers: the tables, and how a PIN is made.
import { createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'

const driver = Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'
export const Database = createRequire(import.meta.url)(driver)

export const tables = `
  pragma journal_mode = wal;
  create table centres (
    id integer primary key, number text not null unique, name text not null, address text, town text,
    postcode text, country text not null, created_at text not null
  ) strict;
  create table users (
    id integer primary key, centre_id integer not null references centres (id), email text not null unique,
    first_name text, last_name text, nonce blob not null, created_at text not null
  ) strict;
  create index users_of_a_centre on users (centre_id);`

const key = randomBytes(32)

export const newNonce = () => randomBytes(16)

export function pinOf(email, nonce) {
  const digest = createHmac('sha256', key).update(email).update(nonce).digest()
  return String(digest.readBigUInt64BE(0) % 100_000_000n).padStart(8, '0')
}
