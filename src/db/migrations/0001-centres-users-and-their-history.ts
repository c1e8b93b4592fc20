export const statements = [
  `create table store (
    id integer primary key check (id = 1),
    store_id text not null,
    key_fingerprint text not null,
    created_at text not null
  ) strict`,

  `create table imports (
    id integer primary key autoincrement,
    file text not null,
    sheet text not null,
    digest text not null,
    state text not null check (state in ('applied', 'undone')),
    at text not null,
    operator text not null,
    actor text,
    counts text not null check (json_valid(counts)),
    undone_at text,
    check ((state = 'undone') = (undone_at is not null))
  ) strict`,

  `create table centres (
    id integer primary key autoincrement,
    number text not null unique check (length(number) between 2 and 12 and number not glob '*[^A-Z0-9]*'),
    name text not null check (name <> ''),
    folded text not null,
    kind text not null check (kind in ('school', 'associate', 'associate-centre')),
    associate_id integer references centres (id),
    status text not null check (status in ('approved', 'active')),
    address text not null,
    town text not null,
    postcode text not null,
    country text not null check (length(country) = 2),
    british_council integer not null check (british_council in (0, 1)),
    global_listening integer not null check (global_listening in (0, 1)),
    created_at text not null,
    edited_at text,
    deleted_at text,
    created_by_import integer references imports (id),
    check ((kind = 'associate-centre') = (associate_id is not null)),
    check (not (british_council = 1 and global_listening = 1))
  ) strict`,
  'create index centres_by_associate on centres (associate_id) where associate_id is not null',
  'create index centres_by_import on centres (created_by_import) where created_by_import is not null',

  `create table users (
    id integer primary key autoincrement,
    email text not null check (instr(email, char(10)) = 0 and instr(email, char(13)) = 0),
    email_key text not null,
    first_name text not null,
    last_name text not null,
    folded text not null,
    centre_id integer references centres (id),
    hub_role text check (hub_role in ('coordinator', 'admin', 'teacher')),
    status text not null check (status in ('invited', 'active', 'suspended', 'deleted')),
    status_before_suspension text check (status_before_suspension in ('invited', 'active')),
    status_before_deletion text check (status_before_deletion in ('invited', 'active', 'suspended')),
    password_hash text,
    pin_nonce blob check (length(pin_nonce) = 16),
    pin_state text not null check (pin_state in ('none', 'issued', 'used', 'void')),
    pin_issued_at text,
    pin_wrong_tries integer not null,
    created_at text not null,
    edited_at text,
    suspended_at text,
    deleted_at text,
    last_signed_in_at text,
    created_by_import integer references imports (id),
    check ((status = 'deleted') = (deleted_at is not null)),
    check ((status = 'deleted') = (status_before_deletion is not null)),
    check (status <> 'suspended' or status_before_suspension is not null),
    check (hub_role is null or centre_id is not null),
    check (not (status = 'deleted' and hub_role = 'coordinator')),
    check (pin_state <> 'issued' or (pin_nonce is not null and pin_issued_at is not null))
  ) strict`,
  `create unique index one_live_account_per_address on users (email_key) where status <> 'deleted'`,
  `create unique index one_coordinator_per_centre on users (centre_id)
    where hub_role = 'coordinator' and status <> 'deleted'`,
  'create index users_by_centre on users (centre_id)',
  'create index users_by_import on users (created_by_import) where created_by_import is not null',
  `create index deleted_accounts on users (email_key) where status = 'deleted'`,

  `create table user_roles (
    user_id integer not null references users (id) on delete cascade,
    role text not null check (role not in ('coordinator', 'admin', 'teacher', 'global-listening')),
    primary key (user_id, role)
  ) strict, without rowid`,

  `create table user_sites (
    user_id integer not null references users (id) on delete cascade,
    site text not null check (site <> 'school-support-hub'),
    primary key (user_id, site)
  ) strict, without rowid`,

  `create table assignments (
    centre_id integer not null references centres (id),
    user_id integer not null references users (id),
    primary key (centre_id, user_id)
  ) strict, without rowid`,
  'create index assignments_by_user on assignments (user_id)',
  `create trigger at_most_fifty_assignments before insert on assignments
    when (select count(*) from assignments where user_id = new.user_id) >= 50
    begin select raise(abort, 'associate-limit'); end`,

  `create table credentials (
    id integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    purpose text not null check (purpose in ('set-up', 'reset', 'temporary-password', 'code')),
    nonce blob not null check (length(nonce) = 16),
    issued_at text not null,
    expires_at text not null,
    state text not null check (state in ('open', 'used', 'void')),
    wrong_tries integer not null default 0
  ) strict`,
  'create index credentials_by_user on credentials (user_id, purpose)',

  `create table import_changes (
    import_id integer not null references imports (id),
    position integer not null,
    kind text not null check (kind in
      ('centre-renamed', 'centre-restored', 'centre-deleted', 'centre-activated', 'user-deleted')),
    centre_id integer references centres (id) on delete set null,
    user_id integer references users (id) on delete set null,
    before text,
    after text,
    primary key (import_id, position)
  ) strict, without rowid`,
  'create index import_changes_by_centre on import_changes (centre_id)',
  'create index import_changes_by_user on import_changes (user_id)',

  `create table learner_groups (
    id integer primary key,
    owner_id integer not null references users (id),
    site text not null check (site in ('cambridge-primary', 'cambridge-lower-secondary')),
    name text not null,
    stage text not null
  ) strict`,
  'create index learner_groups_by_owner on learner_groups (owner_id, site)',
  `create trigger a_deleted_user_holds_no_progression_tests before update of status on users
    when new.status = 'deleted' and exists (select 1 from learner_groups where owner_id = new.id)
    begin select raise(abort, 'has-progression-tests'); end`,
  `create trigger learner_groups_have_a_live_owner before insert on learner_groups
    when exists (select 1 from users where id = new.owner_id and status = 'deleted')
    begin select raise(abort, 'user-not-found'); end`,
  `create trigger learner_groups_go_to_a_live_owner before update of owner_id on learner_groups
    when exists (select 1 from users where id = new.owner_id and status = 'deleted')
    begin select raise(abort, 'user-not-found'); end`,

  `create table tests (
    id integer primary key,
    learner_group_id integer not null references learner_groups (id),
    subject text not null,
    title text not null,
    taken_on text not null
  ) strict`,
  'create index tests_by_learner_group on tests (learner_group_id)',

  `create table results (
    id integer primary key,
    test_id integer not null references tests (id),
    learner text not null,
    mark real
  ) strict`,
  'create unique index one_result_per_learner on results (test_id, learner)',

  `create table outbox (
    id integer primary key autoincrement,
    message_id text not null unique,
    user_id integer references users (id) on delete set null,
    credential_id integer references credentials (id) on delete set null,
    import_id integer references imports (id),
    to_address text not null check (instr(to_address, char(10)) = 0 and instr(to_address, char(13)) = 0),
    to_name text not null,
    letter text not null,
    subject text not null check (instr(subject, char(10)) = 0 and instr(subject, char(13)) = 0),
    fields text not null check (json_valid(fields)),
    state text not null check (state in ('queued', 'written', 'sent', 'failed', 'unknown', 'cancelled')),
    attempts integer not null default 0,
    last_error text,
    created_at text not null,
    next_try_at text,
    expires_at text,
    claimed_by text,
    claimed_at text,
    delivered_at text,
    file text
  ) strict`,
  `create index outbox_waiting on outbox (next_try_at) where state = 'queued'`,
  'create index outbox_by_user on outbox (user_id)',
  'create index outbox_by_import on outbox (import_id) where import_id is not null',

  `create table templates (
    name text primary key,
    subject text not null,
    text text not null,
    html text not null,
    edited_at text not null,
    edited_by text not null
  ) strict, without rowid`,

  `create table audit (
    id integer primary key,
    segment integer not null,
    at text not null,
    operator text not null,
    kind text not null check (kind in ('change', 'refusal', 'event')),
    action text not null,
    command text not null,
    facts text not null check (json_valid(facts)),
    personal text not null check (json_valid(personal)),
    mac blob not null check (length(mac) = 32)
  ) strict`,
  'create index audit_by_action on audit (action, id)',
  `create trigger audit_is_never_changed before update on audit
    begin select raise(abort, 'the audit log is append-only'); end`,
  `create trigger audit_is_never_deleted before delete on audit
    begin select raise(abort, 'the audit log is append-only'); end`,

  `create table audit_personal (
    audit_id integer not null references audit (id),
    field text not null,
    user_id integer,
    salt blob,
    value text,
    primary key (audit_id, field),
    check ((salt is null) = (value is null))
  ) strict, without rowid`,
  'create index audit_personal_by_value on audit_personal (value) where value is not null',
  'create index audit_personal_by_user on audit_personal (user_id) where user_id is not null',
  `create trigger audit_personal_is_only_erased before update on audit_personal
    when new.value is not null or new.audit_id <> old.audit_id or new.field <> old.field
    begin select raise(abort, 'personal values of the audit log are erased, never changed'); end`,
  `create trigger audit_personal_is_never_deleted before delete on audit_personal
    begin select raise(abort, 'the audit log is append-only'); end`,
]
