/**
 * Whom the store erased, without who it was: an account is known again, in a backup, by its number and the
 * moment it was made; an address that is typed again by a digest that only the key makes.
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
