/** Why a message that waited is not sent any more. */
export type MessageReason = keyof typeof reasons

export const reasons = {
  replaced: 'A newer message took its place.',
  void: 'What it carries is not valid any more.',
  expired: 'What it carries expired before it could be sent.',
  asked: 'Cancelled by hand.',
  undone: 'The import was undone.',
  outdated: 'What it says is not so any more.',
  centreDeleted: 'The centre is deleted.',
  interrupted: 'The program that was sending it was stopped.',
} as const
