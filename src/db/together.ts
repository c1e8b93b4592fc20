/**
 * Answers that do not need each other: within a change a server is asked for all of them in one round trip.
 * @throws what the first of them throws, in their order
 */
export async function together<Answers extends readonly unknown[]>(
  ...asked: { [At in keyof Answers]: Promise<Answers[At]> }
): Promise<Answers> {
  const ended = await Promise.allSettled(asked)
  const failed = ended.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return Promise.all(asked)
}
