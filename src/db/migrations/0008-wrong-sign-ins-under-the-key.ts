/** Their addresses were digests that whoever had the file could try addresses against. They count anew. */
export const statements = ['delete from wrong_sign_ins']
