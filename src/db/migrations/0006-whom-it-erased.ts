/**
 * The erased accounts, without personal values: an account in a backup is recognised by its number and the time of its
 * creation, an address that is typed again by a keyed digest.
 */
export const statements = [
  `create table erased_accounts (
    user_id integer not null,
    created_at text not null,
    address text check (length(address) = 64),
    primary key (user_id, created_at)
  ) strict, without rowid`,
  `insert into erased_accounts (user_id, created_at)
    select id, created_at from users where email = 'erased-' || id || '@erased.invalid'`,
]
