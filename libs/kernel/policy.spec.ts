import {
  actorId,
  allowedBy,
  anyone,
  exceptFor,
  known,
  oneOf,
  personOf,
  platform,
  recordedActor,
  system,
  systemOnly,
  user,
  type Actor,
  type Policy,
  type Verdict,
} from '.';

const anonymous: Actor = { kind: 'anonymous', ip: '10.0.0.1' };
const anna: Actor = { kind: 'user', userId: 'anna', sessionId: 's', platformRoles: ['AUDITOR'], restriction: 'X', ip: '10.0.0.1' };
const admin: Actor = { kind: 'user', userId: 'admin', sessionId: 's', platformRoles: ['PLATFORM_ADMIN'] };
const service: Actor = { kind: 'service', serviceId: 'billing', commands: ['A'], registries: ['b'], ip: '10.0.0.2' };
const timers = system('timers');

const judged = (policy: Policy, actor: Actor, answers = {}) => policy.judge({ actor, command: {}, state: {}, id: 'anna' }, answers);
const self = personOf('self', ({ id }) => id);
const nobodys = personOf('self', () => undefined);

describe('The column «By»', () => {
  test.each<[string, Policy, Verdict, Verdict, Verdict, Verdict, Verdict]>([
    // policy                                anonymous            anna         platform     service      system
    ['anon', anyone, 'allow', 'allow', 'allow', 'allow', 'allow'],
    ['user', user, 'NOT_AUTHENTICATED', 'allow', 'allow', 'FORBIDDEN', 'FORBIDDEN'],
    ['system', systemOnly, 'NOT_AUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'allow'],
    ['platform', platform, 'NOT_AUTHENTICATED', 'FORBIDDEN', 'allow', 'FORBIDDEN', 'FORBIDDEN'],
    ['self', self, 'NOT_AUTHENTICATED', 'allow', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
    ['self', nobodys, 'NOT_AUTHENTICATED', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
    ['platform, self', oneOf(platform, self), 'NOT_AUTHENTICATED', 'allow', 'allow', 'NOT_FOUND', 'NOT_FOUND'],
    ['system, platform', oneOf(systemOnly, platform), 'NOT_AUTHENTICATED', 'FORBIDDEN', 'allow', 'FORBIDDEN', 'allow'],
  ])('%s', (name, policy, ...verdicts) => {
    expect(policy.name).toBe(name);
    expect([anonymous, anna, admin, service, timers].map((actor) => judged(policy, actor))).toEqual(verdicts);
  });

  const answering = (name: string, verdict: Verdict): Policy => ({ name, needs: () => ({ [name]: known(name) }), judge: () => verdict });

  test('one of several tells the refusal that says most, and asks for what each of them needs', () => {
    const several = oneOf(answering('a', 'FORBIDDEN'), answering('b', 'ORGANIZATION_SUSPENDED'), answering('c', 'NOT_FOUND'));
    expect(judged(several, anna)).toBe('ORGANIZATION_SUSPENDED');
    expect(several.needs!({ actor: anna, command: {}, state: {}, id: '' })).toEqual({ a: known('a'), b: known('b'), c: known('c') });
    expect(judged(oneOf(several, answering('d', 'allow')), anna)).toBe('allow');
  });

  test('one of several is told by the name of the one that allows, however deep it lies', () => {
    const question = { actor: anna, command: {}, state: {}, id: 'anna' };
    const several = oneOf(platform, oneOf(systemOnly, self), user);
    expect(allowedBy(several, question, {})).toBe('self');
    expect(allowedBy(several, { ...question, actor: admin }, {})).toBe('platform');
    expect(allowedBy(several, { ...question, id: 'boris' }, {})).toBe('user');
    expect(allowedBy(user, question, {})).toBe('user');
    expect(allowedBy(several, { ...question, actor: anonymous }, {})).toBe(several.name);
  });

  test('an exception comes before the rule and keeps its needs', () => {
    const notSelf = exceptFor(({ actor, id }) => actorId(actor) === id, 'SELF_DECISION_FORBIDDEN', answering('a', 'allow'));
    expect(judged(notSelf, anna)).toBe('SELF_DECISION_FORBIDDEN');
    expect(judged(notSelf, admin)).toBe('allow');
    expect(notSelf.needs!({ actor: anna, command: {}, state: {}, id: '' })).toEqual({ a: known('a') });
    expect(
      judged(
        exceptFor(() => false, 'X', platform),
        anna,
      ),
    ).toBe('FORBIDDEN');
  });
});

describe('Actor', () => {
  test('is named in decisions by its id', () => {
    expect([anonymous, anna, service, timers].map(actorId)).toEqual(['anonymous', 'anna', 'billing', 'system']);
  });

  test('is recorded without rights, which may change', () => {
    expect(recordedActor(anna)).toEqual({ kind: 'user', userId: 'anna', sessionId: 's', ip: '10.0.0.1' });
    expect(recordedActor(service)).toEqual({ kind: 'service', serviceId: 'billing', commands: [], registries: [], ip: '10.0.0.2' });
    expect(recordedActor(anonymous)).toEqual({ kind: 'anonymous' });
    expect(recordedActor(timers)).toEqual(timers);
  });
});
