/** What the work answers, if it does within so many milliseconds; what comes after is nobody's. @throws Error saying who was late */
// @ts-nocheck

export async function within<Answer>(work: Promise<Answer>, millis: number, who: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from ${who} in ${millis} ms`)), millis);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
