/**
 * Emmett with its EventStoreDB store, as its documentation uses it: a command handler over the store, a consumer with a
 * processor. Its own copy of the official client, so nothing of the project is measured by accident.
 */
const { CommandHandler } = require('@event-driven-io/emmett');
const { getEventStoreDBEventStore } = require('@event-driven-io/emmett-esdb');
const { EventStoreDBClient } = require('@eventstore/db-client');

exports.connect = (url, { initialState, evolve, retry }) => {
  const client = EventStoreDBClient.connectionString(url);
  const store = getEventStoreDBEventStore(client);
  const handle = CommandHandler({ initialState, evolve, retry });
  return {
    /** Reads, folds, decides and appends; `decide` gives events of the state. */
    command: (stream, decide) => handle(store, stream, decide),
    load: async (stream) => (await store.aggregateStream(stream, { initialState, evolve })).state,
    /** Feeds each event after the position to the handler, until stopped. */
    consume(after, eachMessage) {
      const consumer = store.consumer();
      consumer.processor({ processorId: 'bench', startFrom: { position: after }, eachMessage });
      const running = consumer.start();
      running.catch(() => {});
      return { stop: () => consumer.stop() };
    },
    dispose: () => client.dispose(),
  };
};
