// @ts-nocheck
import { after, before, type Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { given, isAsTold, issue, NOW, play, rows, stateTable, stream, type Fact } from '../../../kernel/testing';
import {
  accepted,
  accessRequestId,
  admin,
  anna,
  anonymous,
  archived,
  boris,
  cancelled,
  client,
  created,
  granted,
  itself,
  listed,
  member,
  memberOf,
  ofMembership,
  ofRequest,
  rejected,
  romashka,
  sagas,
  suspended,
  viktor,
  withBoris,
} from '../organizations.fixtures';
import { AcceptAccessRequest, CancelAccessRequest, CreateAccessRequest, RejectAccessRequest } from './access-request.commands';
import { accessRequest } from './access-request';

const STATES: Readonly<Record<string, readonly Fact[]>> = {
  none: [],
  created: [created()],
  accepted: [created(), accepted],
  rejected: [created(), rejected],
  cancelled: [created(), cancelled],
};
const accept = issue(AcceptAccessRequest, { accessRequestId });
const reject = issue(RejectAccessRequest, { accessRequestId });
const cancel = issue(CancelAccessRequest, { accessRequestId });
const ask = (fields: Partial<CreateAccessRequest> = {}) =>
  issue(CreateAccessRequest, { accessRequestId, organizationId: romashka, ...fields });
const world = [itself(...client, withBoris), memberOf(viktor), member(boris)];

/** §B.2, asked for by those who have decided already: the same decision by the same actor is a no-op. */
const BY_THE_SAME = `
| State     | AcceptAccessRequest               | RejectAccessRequest               | CancelAccessRequest                 |
| none      | NOT_FOUND                         | NOT_FOUND                         | NOT_FOUND                           |
| created   | → accepted / AccessRequestAccepted | → rejected / AccessRequestRejected | → cancelled / AccessRequestCancelled |
| accepted  | no-op                             | REQUEST_ALREADY_DECIDED           | REQUEST_ALREADY_DECIDED             |
| rejected  | REQUEST_ALREADY_DECIDED           | no-op                             | REQUEST_ALREADY_DECIDED             |
| cancelled | REQUEST_ALREADY_DECIDED           | REQUEST_ALREADY_DECIDED           | no-op                               |
`;
/** The same by another administrator, and for the cancellation by the system. */
const BY_ANOTHER = `
| State     | AcceptAccessRequest     | RejectAccessRequest     | CancelAccessRequest     |
| accepted  | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED |
| rejected  | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED |
| cancelled | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED | REQUEST_ALREADY_DECIDED |
`;
const COMMANDS: Readonly<Record<string, object>> = {
  AcceptAccessRequest: accept,
  RejectAccessRequest: reject,
  CancelAccessRequest: cancel,
};

describe('R018 Access request, by its state table', () => {
  test.each(stateTable(BY_THE_SAME, { dash: '' }))('$state: $asked by the same actor $becomes', (cell) => {
    const actor = cell.asked === 'CancelAccessRequest' ? viktor : anna;
    isAsTold(
      cell,
      given(accessRequest, ...STATES[cell.state]!)
        .and(...world)
        .when(COMMANDS[cell.asked]!, { actor }),
    );
  });

  test.each(stateTable(BY_ANOTHER, { dash: '' }))('$state: $asked by another actor $becomes', (cell) => {
    const actor = cell.asked === 'CancelAccessRequest' ? sagas : boris;
    isAsTold(
      cell,
      given(accessRequest, ...STATES[cell.state]!)
        .and(...world)
        .when(COMMANDS[cell.asked]!, { actor }),
    );
  });

  test.each(Object.keys(STATES).filter((state) => state !== 'none'))('%s: creating it again is ALREADY_EXISTS', (state) => {
    given(accessRequest, ...STATES[state]!)
      .and(...world)
      .when(ask(), { actor: viktor })
      .thenRefused('ALREADY_EXISTS');
  });
});

describe('R019 Asking for access', () => {
  const asked = (...facts: readonly Fact[]) => given(accessRequest).and(itself(...facts));

  test('is for the organization as a whole, unless a scope is named', () => {
    asked(...client)
      .and(memberOf(viktor))
      .when(ask({ comment: 'Новый менеджер' }), { actor: viktor })
      .then(created({ comment: 'Новый менеджер' }));
  });

  test.each([
    ['unknown', 'NOT_FOUND', []],
    ['only listed', 'ORGANIZATION_NOT_CLIENT', listed],
    ['suspended', 'ORGANIZATION_SUSPENDED', suspended],
    ['archived', 'ORGANIZATION_ARCHIVED', archived],
  ])('an organization that is %s cannot be entered: %s', (_, code, facts) => {
    asked(...facts)
      .and(memberOf(viktor))
      .when(ask(), { actor: viktor })
      .thenRefused(code);
  });

  const off = ofMembership('MembershipSuspended', {});
  const revoked = ofMembership('MembershipRevoked', { by: anna.userId });
  test.each([
    ['active', [granted(viktor)], 'ALREADY_MEMBER'],
    ['suspended', [granted(viktor), off], 'ALREADY_MEMBER'],
    ['revoked', [granted(viktor), revoked], undefined],
  ])('as a member who is %s', (_, facts, code) => {
    expect(
      asked(...client)
        .and(memberOf(viktor, ...facts))
        .when(ask(), { actor: viktor }).result.refused,
    ).toBe(code);
  });

  test('one request is open at a time, for a scope; a decided one is in nobody’s way', () => {
    const other = (...facts: readonly Fact[]) =>
      asked(...client)
        .and(memberOf(viktor), stream(accessRequest, boris.userId, ...facts))
        .when(ask(), { actor: viktor });
    other(created()).thenRefused('ACCESS_REQUEST_EXISTS');
    other(created({ scope: 'app:crm' })).then(created());
    other(created({ requesterUserId: anna.userId })).then(created());
    for (const decision of [accepted, rejected, cancelled]) other(created(), decision).then(created());
  });

  const finance = (...streams: ReturnType<typeof itself>[]) => asked(...client).and(...streams);
  const linked = { answers: { link: boris.userId } };

  test('R023 R028 a restricted section is asked for separately, by active members with a person card', () => {
    const restricted = ask({ scope: 'category:finance' });
    finance(memberOf(viktor)).when(restricted, { actor: viktor }).thenRefused('NOT_A_MEMBER');
    finance(memberOf(viktor, granted(viktor), off))
      .when(restricted, { actor: viktor })
      .thenRefused('NOT_A_MEMBER');
    finance(member(viktor)).when(restricted, { actor: viktor }).thenRefused('PERSON_LINK_REQUIRED');
    finance(member(viktor))
      .when(restricted, { actor: viktor, ...linked })
      .then(created({ scope: 'category:finance' }));
    expect(() => ask({ scope: 'everything' })).toThrow('wrong shape');
  });

  test.each([
    ['app:finance.reports', undefined],
    ['category:finance', undefined],
    ['app:crm.settings', undefined],
    ['app:crm.deals', 'NODE_NOT_RESTRICTED'],
    ['category:crm', 'NODE_NOT_RESTRICTED'],
    ['category:profile', 'NODE_NOT_RESTRICTED'],
    ['category:nothing', 'NODE_NOT_RESTRICTED'],
    ['app:finance', 'NODE_NOT_RESTRICTED'],
    ['category:finance.reports', 'NODE_NOT_RESTRICTED'],
  ])('R023 %s is asked for while it is restricted, and is what it says', (scope, code) => {
    const outcome = finance(member(viktor)).when(ask({ scope }), { actor: viktor, ...linked });
    expect(outcome.result.refused).toBe(code);
  });

  test('R023 what is restricted is said by the workspace, and what is granted is not asked for', () => {
    const workspace = { restrictedNodes: ['crm.deals'] };
    const asking = (scope: string, ...facts: readonly Fact[]) =>
      finance(memberOf(viktor, granted(viktor), ...facts)).when(ask({ scope }), {
        actor: viktor,
        answers: { ...linked.answers, workspace },
      });
    asking('app:crm.deals').then(created({ scope: 'app:crm.deals' }));
    asking('app:finance.reports').thenRefused('NODE_NOT_RESTRICTED');
    asking('app:crm.deals', ofMembership('RestrictedAccessGranted', { node: 'crm' })).thenRefused('ALREADY_MEMBER');
    const over = ofMembership('RestrictedAccessGranted', { node: 'crm.deals', until: NOW });
    asking('app:crm.deals', over).then(created({ scope: 'app:crm.deals' }));
  });
});

describe('D16 Asking again after rejections', () => {
  const ago = (days: number, number: number) =>
    ofMembership('AccessRejectionNoted', { accessRequestId: `r${number}` }, { at: before(NOW, { days }) });
  const again = (...days: readonly number[]) =>
    given(accessRequest)
      .and(itself(...client), memberOf(viktor, ...days.map(ago)))
      .when(ask(), { actor: viktor });

  test.each([[[]], [[1]], [[2, 1]], [[31, 2, 1]], [[20, 15, 8]], [[20, 15, 7]], [[50, 40, 35, 1]]])(
    'is possible at once after rejections %p days ago',
    (days) => again(...days).then(created()),
  );

  test.each([[[3, 2, 1]], [[30, 15, 1]], [[60, 29, 6, 0]]])('has to wait a week since the last after rejections %p days ago', (days) => {
    again(...days).thenRefused('TOO_MANY_REJECTIONS', { date: after(before(NOW, { days: days.at(-1)! }), { days: 7 }) });
  });

  test('the pause ended early when the first of the three rejections grew older than thirty days', () => {
    again(33, 5, 4).thenRefused('TOO_MANY_REJECTIONS', { date: after(NOW, { days: 3 }) });
  });
});

describe('Deciding', () => {
  const open = given(accessRequest, created()).and(...world);
  const restricted = given(accessRequest, created({ scope: 'app:crm' })).and(
    ...world.filter(({ id }) => !id.endsWith(viktor.userId)),
    member(viktor),
  );
  const until = after(NOW, { days: 30 });

  test('R022 who is let in is an employee unless the decision says otherwise', () => {
    open.when(accept, { actor: anna }).then(accepted);
    const as = issue(AcceptAccessRequest, { accessRequestId, memberKind: 'contractor', departmentIds: ['d'], roleCodes: ['r'] });
    open
      .when(as, { actor: anna })
      .then(
        ofRequest('AccessRequestAccepted', { decidedBy: anna.userId, memberKind: 'contractor', departmentIds: ['d'], roleCodes: ['r'] }),
      );
  });

  test('R023 only a restricted access has an end, and no kind of member', () => {
    const limited = (validUntil: string) => issue(AcceptAccessRequest, { accessRequestId, memberKind: 'client', validUntil });
    restricted
      .when(limited(until), { actor: anna, answers: { link: boris.userId } })
      .then(ofRequest('AccessRequestAccepted', { decidedBy: anna.userId, departmentIds: [], roleCodes: [], validUntil: until }));
    open.when(limited(until), { actor: anna }).thenRefused('VALID_UNTIL_WRONG');
    restricted.when(limited(NOW), { actor: anna }).thenRefused('VALID_UNTIL_WRONG');
    // Decided on a link that has ended, or for a member who has left meanwhile.
    restricted.when(limited(until), { actor: anna }).thenRefused('PERSON_LINK_REQUIRED');
    given(accessRequest, created({ scope: 'app:crm' }))
      .and(itself(...client), memberOf(viktor), memberOf(anna))
      .when(limited(until), { actor: anna, answers: { link: boris.userId } })
      .thenRefused('NOT_A_MEMBER');
  });

  test('D20 whoever came in by an invitation meanwhile, and was put out for a while, is not let in by an old request', () => {
    given(accessRequest, created())
      .and(itself(...client), memberOf(anna), memberOf(viktor, granted(viktor), ofMembership('MembershipSuspended', {})))
      .when(accept, { actor: anna })
      .thenRefused('ALREADY_MEMBER');
  });

  /** §B.2 «By»: Anna administers Romashka, Boris works there, Viktor asks. */
  const BY = `
| Command             | anonymous         | anna      | boris     | viktor                  | admin     | system    |
| CreateAccessRequest | NOT_AUTHENTICATED | allow     | allow     | allow                   | allow     | FORBIDDEN |
| AcceptAccessRequest | NOT_AUTHENTICATED | allow     | FORBIDDEN | SELF_DECISION_FORBIDDEN | NOT_FOUND | FORBIDDEN |
| RejectAccessRequest | NOT_AUTHENTICATED | allow     | FORBIDDEN | SELF_DECISION_FORBIDDEN | NOT_FOUND | FORBIDDEN |
| CancelAccessRequest | NOT_AUTHENTICATED | NOT_FOUND | NOT_FOUND | allow                   | NOT_FOUND | allow     |
`;
  const actors = { anonymous, anna, boris, viktor, admin, system: sagas };
  test.each(rows(BY).map((row) => [row.Command!, row] as const))('R018 %s', (name, { Command: _, ...verdicts }) => {
    const state = given(accessRequest, created()).and(itself(...client), member(boris), memberOf(viktor));
    const judged = Object.entries(actors).map(([who, actor]) => [who, state.when(COMMANDS[name] ?? ask(), { actor }).verdict]);
    expect(Object.fromEntries(judged)).toEqual(verdicts);
  });

  test('an administrator decides on everybody’s request but the own, and not while the organization is suspended', () => {
    given(accessRequest, created({ requesterUserId: anna.userId }))
      .and(...world)
      .when(accept, { actor: anna })
      .thenRefused('SELF_DECISION_FORBIDDEN');
    for (const [facts, code] of [
      [suspended, 'ORGANIZATION_SUSPENDED'],
      [archived, 'ORGANIZATION_ARCHIVED'],
    ] as const) {
      given(accessRequest, created())
        .and(itself(...facts), memberOf(anna))
        .when(accept, { actor: anna })
        .thenRefused(code);
    }
  });
});

describe('Whatever is asked in whatever order', () => {
  const step = fc
    .tuple(fc.constantFrom<object>(ask(), accept, reject, cancel), fc.constantFrom<Actor>(anna, boris, viktor, sagas))
    .map(([command, actor]) => ({ command, circumstances: { actor } }));

  test('a request is decided once, and then is held open no more', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const moments = play(accessRequest, steps, { id: accessRequestId, others: world });
        const decisions = moments.flatMap(({ events }) => events).filter(({ type }) => type !== 'AccessRequestCreated');
        expect(decisions.length).toBeLessThanOrEqual(1);
        for (const { before, after } of moments) {
          expect(accessRequest.keys(after, accessRequestId)).toHaveLength(after.status === 'created' ? 1 : 0);
          if (before.status !== 'none' && before.status !== 'created') expect(after).toEqual(before);
        }
      }),
    );
  });
});
