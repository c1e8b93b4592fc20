/** Resets the counts: their digests had no key, so that anybody with the file could test addresses against them. */
export const statements = ['delete from wrong_sign_ins']
