/** Bytes are stored once, in pieces; a content without a digest is an unfinished or abandoned upload. */
export const statements = [
  `create table contents (
    id integer primary key autoincrement,
    sha256 text unique check (length(sha256) = 64),
    bytes integer,
    maker text,
    begun_at text not null,
    mismatch_at text,
    check ((sha256 is null) = (maker is not null)),
    check ((sha256 is null) = (bytes is null))
  ) strict`,
  `create table content_pieces (
    content_id integer not null references contents (id) on delete cascade,
    position integer not null,
    bytes blob not null,
    primary key (content_id, position)
  ) strict`,

  `create table resources (
    id integer primary key autoincrement,
    title text not null check (title <> ''),
    kind text not null check (kind in ('listening-audio', 'pre-release', 'specimen', 'other')),
    area text not null check (area in ('general', 'tp')),
    series text not null,
    file text not null,
    content_id integer not null references contents (id),
    created_at text not null,
    withdrawn_at text
  ) strict`,
  'create index resources_by_content on resources (content_id)',
  `create table resource_components (
    resource_id integer not null references resources (id),
    component text not null,
    primary key (resource_id, component)
  ) strict, without rowid`,
  'create index resource_components_by_component on resource_components (component)',

  `create table help_documents (
    id integer primary key autoincrement,
    title text not null check (title <> ''),
    created_at text not null,
    withdrawn_at text
  ) strict`,
  `create table help_document_versions (
    document_id integer not null references help_documents (id),
    version integer not null,
    file text not null,
    content_id integer not null references contents (id),
    created_at text not null,
    primary key (document_id, version)
  ) strict, without rowid`,
  'create index help_documents_by_content on help_document_versions (content_id)',
]
