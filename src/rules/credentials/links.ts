import type { Credential } from '../../db/credentials.ts'
import { linkSecretOf } from './derive.ts'

const paths = { 'set-up': 'set-up', reset: 'reset-password' } as const

export type LinkPurpose = keyof typeof paths

export function isLinkPurpose(purpose: string): purpose is LinkPurpose {
  return Object.hasOwn(paths, purpose)
}

/** A link, derived: the same each time it is asked for. */
export function linkOf(
  key: Buffer,
  { credential, baseUrl }: { credential: Credential & { purpose: LinkPurpose }; baseUrl: string },
): string {
  const { id, purpose } = credential
  return `${baseUrl.replace(/\/+$/, '')}/${paths[purpose]}/${id}.${linkSecretOf(key, credential)}`
}

/** The number and the proof of a link as somebody pasted it, whole or only its end. */
export function readLink(text: string): { id: number; proof: string } | undefined {
  const found = /(?:^|\/)(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(text.trim())
  return found?.[1] && found[2] ? { id: Number(found[1]), proof: found[2] } : undefined
}
