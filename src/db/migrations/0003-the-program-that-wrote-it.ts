/** The version of ssh-admin that wrote the store, so that an older one can name the version it needs. */
export const statements = [`alter table store add column program text not null default ''`]
