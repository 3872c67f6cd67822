import { createLogger } from './logger';
import { within } from './scope';

test('Every line tells as part of which call it was written, by which command or saga, and keeps what it says itself', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  await within({ correlationId: 'c', command: 'Do' }, async () => {
    await Promise.resolve();
    logger.warn('in a command');
    within({ saga: 'S', event: 'e' }, () => logger.error({ event: 'own', password: 'secret' }, 'in a saga'));
  });
  logger.info('outside');
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told).toMatchObject([
    { msg: 'in a command', correlationId: 'c', command: 'Do' },
    { msg: 'in a saga', correlationId: 'c', command: 'Do', saga: 'S', event: 'own', password: '[Redacted]' },
    { msg: 'outside' },
  ]);
  expect(told[2]).not.toHaveProperty('correlationId');
});
