import type { Db } from 'mongodb';

/** The database as a process sees it that can hang: nothing that it wants to write goes out until it wakes up. */
export function sleepy(real: Db) {
  let asleep = Promise.resolve();
  let wakeUp = () => {};
  const writes = ['bulkWrite', 'updateOne', 'updateMany', 'findOneAndUpdate', 'insertOne'];
  const lateWrites = (collection: object) =>
    new Proxy(collection, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
        if (typeof method !== 'function') return method;
        if (!writes.includes(String(name))) return method.bind(target);
        return async (...given: unknown[]) => {
          await asleep;
          return method.apply(target, given);
        };
      },
    });
  const db = new Proxy(real, {
    get: (target, name) =>
      name === 'collection' ? (of: string) => lateWrites(target.collection(of)) : (Reflect.get(target, name) as unknown),
  });
  const fallAsleep = () => {
    asleep = new Promise((resolve) => (wakeUp = resolve));
  };
  return { db, fallAsleep, wakeUp: () => wakeUp() };
}
