// The baseline for `centres import`: the same input and output, without any rules.
// node bench/bare-import.mjs workbook.xlsx store.db|postgres://user@host/database pins.xlsx
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { writeWorkbook } from './bare-workbook.mjs'

const driver = Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'
const { default: Database } = await import(driver)

const DAY = 86_400_000
const PIN_HEADINGS = ['Centre', 'Name', 'E-mail', 'PIN', 'Valid until']

const [workbook, store, pinsOut] = process.argv.slice(2)
if (!pinsOut) {
  console.error('usage: node bench/bare-import.mjs workbook.xlsx store.db|postgres://… pins.xlsx')
  process.exit(2)
}

const parts = openZip(readFileSync(workbook))
const strings = scanStrings(parts('xl/sharedStrings.xml'))
const isServer = store.startsWith('postgres:')
const key = randomBytes(32)
let nonces
let noncesLeft = 0
writeFileSync(`${isServer ? pinsOut : store}.key`, key, { mode: 0o600 })
const sheet = parts('xl/worksheets/sheet1.xml')
const users = isServer ? await importToServer(store, sheet) : importToFile(store, sheet)
writePins(pinsOut, users)
console.log(JSON.stringify({ users: users.length }))

/** Finds an archive's entries through its central directory and inflates them when asked. */
function openZip(bytes) {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  const entries = new Map()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28))
    entries.set(name, { packed: bytes.readUInt32LE(at + 20), offset: bytes.readUInt32LE(at + 42) })
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return (name) => {
    const { packed, offset } = entries.get(name)
    const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
    return inflateRawSync(bytes.subarray(start, start + packed), { chunkSize: 1 << 20 })
  }
}

function scanStrings(bytes) {
  const xml = bytes.toString('utf8')
  const found = []
  for (let at = xml.indexOf('<si>'); at !== -1; at = xml.indexOf('<si>', at)) {
    const start = xml.indexOf('>', xml.indexOf('<t', at + 4)) + 1
    at = xml.indexOf('<', start)
    found.push(unescaped(xml.slice(start, at)))
  }
  return found
}

function unescaped(text) {
  if (!text.includes('&')) return text
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

/** Calls back with the values of each row, by column. */
function scanRows(xml, onRow) {
  const [less, quote, c, s, v, r, slash] = [...Buffer.from('<"csvr/')]
  let row = []
  let column = 0
  let shared = false
  let at = xml.indexOf('<sheetData')
  const last = xml.indexOf('</sheetData>')
  while (at < last) {
    if (xml[at] !== less) {
      at++
      continue
    }
    const tag = xml[at + 1]
    if (tag === c) {
      // <c r="A2" t="s"> or <c r="A2">
      at += 6
      column = xml[at] - 65
      while (xml[at] !== quote) at++
      shared = xml[at + 2] === 0x74 && xml[at + 5] === s
      at++
    } else if (tag === v) {
      at += 3
      let value = 0
      for (; xml[at] !== less; at++) value = value * 10 + xml[at] - 48
      row[column] = shared ? strings[value] : String(value)
    } else if (tag === slash && xml[at + 2] === r) {
      onRow(row)
      row = []
      at += 6
    } else at++
  }
}

function openStore(path) {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('cache_size = -16384')
  db.exec(`
    create table centres (
      id integer primary key, number text not null unique, name text not null, address text, town text,
      postcode text, country text not null, created_at text not null
    ) strict;
    create table users (
      id integer primary key, centre_id integer not null references centres (id), email text not null unique,
      first_name text, last_name text, nonce blob not null, created_at text not null
    ) strict;
    create index users_of_a_centre on users (centre_id);
  `)
  return db
}

function importToFile(path, xml) {
  const db = openStore(path)
  const addCentre = db.prepare('insert into centres values (null, ?, ?, ?, ?, ?, ?, ?)')
  const addUser = db.prepare('insert into users values (null, ?, ?, ?, ?, ?, ?)')
  const now = new Date().toISOString()
  const centres = new Map()
  const users = []
  let heading = true
  db.exec('begin immediate')
  scanRows(xml, ([number, name, address, town, postcode, country, email, first, last]) => {
    if (heading) {
      heading = false
      return
    }
    let centre = centres.get(number)
    if (centre === undefined) {
      centre = addCentre.run(number, name, address, town, postcode, country, now).lastInsertRowid
      centres.set(number, centre)
    }
    const nonce = newNonce()
    addUser.run(centre, email.toLowerCase(), first, last, nonce, now)
    users.push({ number, name: `${first} ${last}`, email, pin: pinOf(email, nonce) })
  })
  db.exec('commit')
  db.close()
  return users
}

/** Copies every row into one staging table, and from there into both tables of an empty store in the schema `bare`. */
async function importToServer(address, xml) {
  const { default: pg } = await import('pg')
  const { from } = await import('pg-copy-streams')
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  const now = new Date().toISOString()
  await client.query(`set search_path to bare; begin;
    create temporary table staging (
      number text, name text, address text, town text, postcode text, country text, email text, first_name text,
      last_name text, nonce bytea
    );
    insert into imports (file, sheet, digest, state, at, operator, counts)
      values ('bare', '', '', 'applied', '${now}', 'bare', '{}')`)
  const copy = client.query(from('copy staging from stdin'))
  const users = []
  let text = ''
  let heading = true
  scanRows(xml, (cells) => {
    if (heading) {
      heading = false
      return
    }
    const [number, , , , , , email, first, last] = cells
    const nonce = newNonce()
    text += `${cells.map((cell) => cell.replace(/[\\\n\r\t]/g, ' ')).join('\t')}\t\\\\x${nonce.toString('hex')}\n`
    users.push({ number, name: `${first} ${last}`, email, pin: pinOf(email, nonce) })
    if (text.length < 1 << 16) return
    copy.write(text)
    text = ''
  })
  await new Promise((resolve, reject) => {
    copy.once('finish', resolve)
    copy.once('error', reject)
    copy.end(text)
  })
  await client.query(`insert into centres (number, name, folded, kind, status, address, town, postcode, country,
        british_council, global_listening, created_at, created_by_import)
      select distinct on (number) number, name, lower(number || ' ' || name), 'school', 'active', address, town, postcode,
        left(country, 2), 0, 0, '${now}', 1 from staging;
    insert into users (email, email_key, first_name, last_name, folded, centre_id, hub_role, status, pin_nonce,
        pin_state, pin_issued_at, pin_wrong_tries, created_at, created_by_import)
      select email, lower(email), first_name, last_name, lower(first_name || ' ' || last_name || ' ' || email),
        centres.id, 'teacher', 'invited', nonce, 'issued', '${now}', 0, '${now}', 1
        from staging join centres using (number);
    commit`)
  await client.end()
  return users
}

/** Returns 16 random bytes; they are generated 4,096 at a time. */
function newNonce() {
  if (noncesLeft === 0) {
    noncesLeft = 4096
    nonces = randomBytes(16 * noncesLeft)
  }
  noncesLeft -= 1
  return nonces.subarray(noncesLeft * 16, noncesLeft * 16 + 16)
}

function pinOf(email, nonce) {
  const digest = createHmac('sha256', key).update(email).update(nonce).digest()
  const high = (digest.readUIntBE(0, 3) % 1e8) * 0x1000000 + digest.readUIntBE(3, 3)
  return String(((high % 1e8) * 0x10000 + digest.readUInt16BE(6)) % 1e8).padStart(8, '0')
}

function writePins(path, users) {
  const until = new Date(Date.now() + 30 * DAY).toISOString().slice(0, 10)
  function* rows() {
    yield PIN_HEADINGS
    for (const { number, name, email, pin } of users)
      yield [number, name, email, `${pin.slice(0, 4)} ${pin.slice(4)}`, until]
  }
  writeWorkbook(path, { sheet: 'PINs', rows: rows() })
}
