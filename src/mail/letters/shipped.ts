import type { LetterName } from '../../rules/mail/letters.ts'
import { accountActivation } from './account-activation.ts'
import { accountSetUp } from './account-set-up.ts'
import { addressChanged } from './address-changed.ts'
import { coordinatorAppointed } from './coordinator-appointed.ts'
import { coordinatorSetUp } from './coordinator-set-up.ts'
import { invitation } from './invitation.ts'
import type { LetterParts } from './parts.ts'
import { passwordChanged } from './password-changed.ts'
import { passwordReset } from './password-reset.ts'
import { signInSlowed } from './sign-in-slowed.ts'
import { verificationCode } from './verification-code.ts'

/** Every letter as it is shipped. */
export const shipped: Readonly<Record<LetterName, LetterParts>> = {
  'account-set-up': accountSetUp,
  'coordinator-set-up': coordinatorSetUp,
  'coordinator-appointed': coordinatorAppointed,
  'password-reset': passwordReset,
  invitation,
  'address-changed': addressChanged,
  'verification-code': verificationCode,
  'account-activation': accountActivation,
  'password-changed': passwordChanged,
  'sign-in-slowed': signInSlowed,
}
