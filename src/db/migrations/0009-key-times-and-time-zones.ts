/** A centre's own time zone; null if its country has only one, or none was given. */
export const statements = [
  'alter table centres add column time_zone text',
  `create table key_times (
    id integer primary key autoincrement,
    country text not null check (length(country) = 2),
    administrative_zone integer check (administrative_zone between 1 and 6),
    session text not null check (session in ('AM', 'PM', 'EV')),
    local_time text not null check (length(local_time) = 5),
    time_zone text not null,
    series text,
    from_date text,
    until_date text,
    check (from_date is null or until_date is null or from_date <= until_date)
  ) strict`,
  `create unique index one_key_time_for_each on key_times (country, time_zone, session,
    coalesce(series, ''), coalesce(from_date, ''), coalesce(until_date, ''))`,
]
