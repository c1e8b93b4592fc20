import { Refused } from '../../errors.ts'

/** How many associate centres one address can act for, deleted ones counted [factsheet on My Cambridge]. */
export const mostAssociateCentres = 50

/** @param wanted how many it would be */
export function refuseOverLimit({
  email,
  now,
  wanted,
}: {
  email: string
  now: number
  wanted: number
}): void {
  if (wanted <= mostAssociateCentres) return
  throw new Refused(
    'associate-limit',
    `One address acts for at most ${mostAssociateCentres} associate centres; ${email} acts for ${now}, and this would make ${wanted}.`,
    {
      hint: 'Assign the rest to another address at the Associate: ssh-admin associates assign EMAIL CENTRE…',
      details: { limit: mostAssociateCentres, count: now, wanted },
    },
  )
}
