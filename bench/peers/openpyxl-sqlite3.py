"""The same import in Python: openpyxl reads and writes, sqlite3 inserts.
python3 bench/peers/openpyxl-sqlite3.py workbook.xlsx store.db pins.xlsx"""

import datetime
import hashlib
import hmac
import os
import sqlite3
import sys

from openpyxl import Workbook, load_workbook

workbook, store, pins_out = sys.argv[1:4]
key = os.urandom(32)
db = sqlite3.connect(store)
db.executescript("""
  pragma journal_mode = wal;
  create table centres (
    id integer primary key, number text not null unique, name text not null, address text, town text,
    postcode text, country text not null, created_at text not null
  );
  create table users (
    id integer primary key, centre_id integer not null references centres (id), email text not null unique,
    first_name text, last_name text, nonce blob not null, created_at text not null
  );
  create index users_of_a_centre on users (centre_id);
""")

rows = load_workbook(workbook, read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True)
written = Workbook(write_only=True)
sheet = written.create_sheet("PINs")
sheet.append(["Centre", "Name", "E-mail", "PIN"])
now = datetime.datetime.now(datetime.timezone.utc).isoformat()
centres = {}
with db:
    for number, name, address, town, postcode, country, email, first, last in rows:
        number = str(number)
        if number not in centres:
            centre = (number, name, address, town, str(postcode), country, now)
            centres[number] = db.execute("insert into centres values (null, ?, ?, ?, ?, ?, ?, ?)", centre).lastrowid
        nonce = os.urandom(16)
        user = (centres[number], email, first, last, nonce, now)
        db.execute("insert into users values (null, ?, ?, ?, ?, ?, ?)", user)
        seal = hmac.new(key, email.encode() + nonce, hashlib.sha256).digest()
        pin = str(int.from_bytes(seal[:8], "big") % 100_000_000).zfill(8)
        sheet.append([number, f"{first} {last}", email, pin])
written.save(pins_out)
