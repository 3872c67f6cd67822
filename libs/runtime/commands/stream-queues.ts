import { refusal } from '@letopis/kernel';

/** Commands that may wait for one stream. */
const WAITING = 1_000;

/** One queue per stream, so that commands of this process on one stream do not make each other conflict. */
export class StreamQueues {
  readonly #queues = new Map<string, { tail: Promise<unknown>; length: number }>();

  /** Runs the work when all before it on the same stream is done. @throws DomainError BUSY when too much waits already */
  run<Answer>(stream: string, work: () => Promise<Answer>): Promise<Answer> {
    const queue = this.#queues.get(stream) ?? { tail: Promise.resolve(), length: 0 };
    if (queue.length >= WAITING) throw refusal('BUSY');
    queue.length++;
    this.#queues.set(stream, queue);
    const answer = queue.tail.then(work);
    queue.tail = answer
      .catch(() => {})
      .finally(() => {
        if (--queue.length === 0) this.#queues.delete(stream);
      });
    return answer;
  }

  /** Commands that wait or run, over all streams. */
  get length(): number {
    let length = 0;
    for (const queue of this.#queues.values()) length += queue.length;
    return length;
  }
}
