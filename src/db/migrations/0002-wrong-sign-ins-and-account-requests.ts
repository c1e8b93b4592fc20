export const statements = [
  `create table wrong_sign_ins (
    address text primary key check (length(address) = 64),
    in_a_row integer not null check (in_a_row > 0),
    last_at text not null
  ) strict, without rowid`,

  `create table account_requests (
    user_id integer not null references users (id) on delete cascade,
    at text not null,
    primary key (user_id, at)
  ) strict, without rowid`,
]
