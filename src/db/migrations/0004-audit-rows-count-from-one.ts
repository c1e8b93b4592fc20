/** Row numbers begin at 1: the log is verified from its first row, and no row can hide below it. */
export const statements = [
  `create trigger audit_rows_count_from_one before insert on audit when new.id < 1
    begin select raise(abort, 'the rows of the audit log count from 1'); end`,
]
