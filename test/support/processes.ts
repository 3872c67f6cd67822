import type { Romashka } from './staff';
import type { Caller, World } from './world';

export interface Member {
  readonly caller: Caller;
  readonly staffId: string;
}

/** Somebody signed in anew, with the password of the first letter: sessions end while the clock moves. */
export async function signedInAgain(world: World, { romashka }: Romashka, email: string): Promise<Caller> {
  const { password } = world.letters(email).find((letter) => letter.password !== undefined)!;
  const caller = await world.signIn(email, password!);
  await caller.ok('EnterWorkspace', { organizationId: romashka });
  return caller;
}

const stage = (code: string, semantic: string, more: object) => ({
  code,
  name: { ru: code },
  order: 1,
  color: '#9E9E9E',
  semantic,
  ...more,
});

/** A definition of one work stage, told by its steps, and whatever else it has. */
export const oneStage = (
  code: string,
  steps: readonly object[],
  more: { exits?: readonly object[]; stage?: object; whole?: object } = {},
) => ({
  code,
  name: { ru: code },
  subjectTypes: ['company'],
  stages: [
    stage('work', 'initial', { onEnter: steps, exits: more.exits ?? [{ to: 'done', on: 'steps_completed' }], ...more.stage }),
    stage('done', 'success', {}),
  ],
  ...more.whole,
});

/** Publishes a definition and begins processes by it; asks about one what a story wants to know. */
export function processesOf(world: World, about: Romashka, companyId: string) {
  const { anna, romashka } = about;
  return {
    async define(data: { readonly code: string }): Promise<string> {
      const { aggregateId } = await anna.ok('CreateProcessDefinition', { organizationId: romashka, code: data.code, data });
      await anna.ok('PublishProcessDefinition', { processDefinitionId: aggregateId });
      return aggregateId;
    },
    async start(definitionCode: string, more: object = {}, by = anna): Promise<string> {
      const subject = { type: 'company', id: companyId };
      const { aggregateId } = await by.ok('StartSmartProcess', { organizationId: romashka, definitionCode, subject, ...more });
      await world.settle();
      return aggregateId;
    },
    // By the person asking: sessions end while the clock moves.
    async row(id: string, by = anna) {
      return (await by.get(`/v1/registries/smart_processes/${id}`)).body;
    },
    events: (id: string): Promise<string[]> => world.events(`smartProcess-${id}`),
    /** What the latest event of a type tells. */
    async latest(id: string, type: string, where: (data: Record<string, unknown>) => boolean = () => true) {
      const { store } = world.product.runtime;
      const found = (await store.read(`smartProcess-${id}`)).filter((event) => event.type === type);
      return found.map(({ data }) => data as Record<string, unknown>).findLast(where);
    },
  };
}
