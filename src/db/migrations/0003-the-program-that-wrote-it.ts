/** Which ssh-admin a store needs, for the words of an older one. */
export const statements = [`alter table store add column program text not null default ''`]
