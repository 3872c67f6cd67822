import { refusal } from '@letopis/kernel';
import { persistently } from './persistently';

describe('Sending persistently', () => {
  const losing = (times: number) => {
    let sent = 0;
    return () => (++sent > times ? Promise.resolve(sent) : Promise.reject(refusal('CONCURRENT_CHANGE')));
  };

  test('what others were faster than is sent again until it is its turn', async () => {
    await expect(persistently(losing(3))).resolves.toBe(4);
  });

  test('any other refusal is answered at once, and so is an error', async () => {
    let sent = 0;
    const send = (error: Error) => () => {
      sent++;
      return Promise.reject(error);
    };
    await expect(persistently(send(refusal('NOT_FOUND')))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(persistently(send(new Error('no')))).rejects.toThrow('no');
    expect(sent).toBe(2);
  });

  test('it ends where others are faster again and again', async () => {
    jest.useFakeTimers();
    const sending = persistently(losing(Infinity)).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(10_000);
    jest.useRealTimers();
    await expect(sending).resolves.toMatchObject({ code: 'CONCURRENT_CHANGE' });
  });
});
