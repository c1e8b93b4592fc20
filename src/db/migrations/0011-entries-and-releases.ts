/**
 * Entries are stored as sent, even for an unknown centre, so that errors in them can be found and listed. Release
 * authorisations are computed from the releases and never stored.
 */
export const statements = [
  `create table entries (
    id integer primary key autoincrement,
    centre_number text not null,
    series text not null,
    component text not null,
    candidates integer not null check (candidates >= 0)
  ) strict`,
  'create index entries_by_centre on entries (centre_number)',
  'create index entries_by_component on entries (component, series)',

  `create table releases (
    id integer primary key autoincrement,
    name text not null check (name <> ''),
    state text not null check (state in ('draft', 'released', 'withdrawn')),
    opens text not null,
    closes text,
    created_at text not null,
    released_at text,
    withdrawn_at text,
    check ((state = 'withdrawn') = (withdrawn_at is not null))
  ) strict`,
  `create unique index one_release_of_a_name on releases (name) where state <> 'withdrawn'`,
  `create table release_resources (
    release_id integer not null references releases (id),
    resource_id integer not null references resources (id),
    primary key (release_id, resource_id)
  ) strict, without rowid`,
  'create index releases_by_resource on release_resources (resource_id)',
  `create table release_audiences (
    release_id integer not null references releases (id),
    kind text not null check (kind in ('all', 'kind', 'country', 'zone', 'centre', 'entries')),
    value text not null,
    primary key (release_id, kind, value)
  ) strict, without rowid`,
]
