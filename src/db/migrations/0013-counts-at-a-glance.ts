/** Indexes for the counts of `status`, each of which read all rows of a table of 100,000 users before. */
export const statements = [
  // An import adds only invited users, and so writes nothing to the first of these.
  `create index users_by_status on users (status) where status <> 'invited'`,
  `create index issued_pins on users (pin_issued_at) where pin_state = 'issued'`,
  'create index deleted_centres on centres (deleted_at) where deleted_at is not null',
  `create index approved_centres on centres (deleted_at) where status = 'approved'`,
  `create index open_credentials on credentials (purpose, expires_at) where state = 'open'`,
  `create index outbox_failed on outbox (state) where state = 'failed'`,
  `create index outbox_unknown on outbox (state) where state = 'unknown'`,
]
