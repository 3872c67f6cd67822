import { newId, type EventMetadata } from '@letopis/kernel';
import type { ResolvedEvent } from '@eventstore/db-client';
import fc from 'fast-check';
import { decode, encode, UNKNOWN_POSITION } from './codec';
import { partsOf, streamOf } from './stream-name';

const metadata = { commandId: newId() } as EventMetadata;

/** An event as a store tells it. */
const told = (changes: object = {}, commitPosition?: bigint) =>
  ({
    event: {
      id: newId(),
      type: 'Renamed',
      data: { name: 'x' },
      isJson: true,
      streamId: 'thing-1',
      revision: 7n,
      position: { commit: 400n, prepare: 399n },
      metadata,
      ...changes,
    },
    commitPosition,
  }) as object as ResolvedEvent;

describe('Events in a store', () => {
  test('are read as they were written, with the place they got', () => {
    const written = { id: newId(), type: 'Renamed', data: { name: 'Ёлка' }, metadata };
    const { id, type, data, metadata: beside } = encode(written);
    // Metadata goes out as the bytes that the store keeps; the client reads them as JSON.
    const read = JSON.parse(Buffer.from(beside as Uint8Array).toString()) as object;
    expect(decode(told({ id, type, data, metadata: read }))).toEqual({
      ...written,
      stream: 'thing-1',
      category: 'thing',
      aggregateId: '1',
      revision: 7,
      position: 400,
    });
  });

  test.each([
    ['a link whose target is gone', { link: {} } as ResolvedEvent],
    ['binary data', told({ isJson: false })],
    ['no metadata', told({ metadata: undefined })],
    ['metadata that is null, at which every reader of the log once ended', told({ metadata: null })],
    ['metadata that is a word', told({ metadata: 'commandId' })],
    ['metadata of somebody else', told({ metadata: { $correlationId: '1' } })],
  ])('of others are passed over: %s', (_, resolved) => expect(decode(resolved)).toBeUndefined());

  test.each([
    ['as the event has it', told(), 400],
    ['as the read tells it, where the event has none', told({ position: undefined }, 500n), 500],
    ['unknown where nothing is told', told({ position: undefined }), UNKNOWN_POSITION],
    ['the largest number', told({ position: { commit: BigInt(Number.MAX_SAFE_INTEGER) } }), Number.MAX_SAFE_INTEGER],
    ['unknown where a number cannot hold it', told({ position: { commit: 2n ** 53n } }), UNKNOWN_POSITION],
    ['unknown where the server says «none» by its largest one', told({ position: { commit: 2n ** 64n - 1n } }), UNKNOWN_POSITION],
  ])('have a position %s', (_, resolved, position) => expect(decode(resolved)).toMatchObject({ position }));

  test('tell category and id apart, also where the id has dashes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z]+$/), fc.string(), (category, aggregateId) => {
        expect(partsOf(streamOf(category, aggregateId))).toEqual({ category, aggregateId });
      }),
    );
  });
});
