// @ts-nocheck
import { EnterRoster, LeaveRoster, administrationsOf, type UserEvents } from '@letopis/contexts/identity';
import { after, call, cancel, schedule, send } from '@letopis/kernel';
import { facts, NOW, stream, when, whenTimer } from '../../../kernel/testing';
import {
  account,
  admin,
  administrators,
  anna,
  boris,
  client,
  EMAIL,
  INN,
  itself,
  listed,
  member,
  ofOrganization,
  registration_requested,
  requestId,
  romashka,
  STATES,
  viktor,
  withBoris,
} from '../organizations.fixtures';
import { GrantMembership, RevokeMembership } from '../membership/membership';
import * as commands from '../organization/organization.commands';
import { organization } from '../organization/organization';
import { administratorSaga, membershipCleanupSaga, orphanedOrganizationSaga } from './administrators.saga';
import { clientRegistrationSaga } from './client-registration.saga';
import { organizationEnrichmentSaga } from './organization-enrichment.saga';

const organizationId = romashka;
const NAME = `Организация, ИНН ${INN}`;
const people = [account(anna), account(boris), account(viktor), account(admin), administrators(admin)];
const letter = (who: typeof anna, template: string, data: object = {}, about = '') =>
  call(
    'mail',
    'deliver',
    { template, to: EMAIL[who.userId], locale: 'ru', data: { organization: NAME, ...data } },
    `${template}:${who.userId}${about}`,
  );
const off = facts<UserEvents>()('UserDeactivated', { reason: 'left' });
const deactivated = (who: typeof anna) => {
  const { definition, id, facts: before } = account(who);
  return stream(definition, id, ...before, off);
};

describe('OrganizationEnrichmentSaga', () => {
  const enrich = send(commands.EnrichOrganization, { organizationId });
  const at = (hours: number) => after(NOW, { hours });

  test('asks the directory at once, and again every six hours, five times in a day', async () => {
    await when(organizationEnrichmentSaga, itself(...listed)).thenEffects(enrich, schedule('enrichment', at(6), { attempt: 2 }));
    for (const attempt of [2, 3, 4]) {
      const fired = whenTimer(organizationEnrichmentSaga, 'enrichment', itself(...listed), { payload: { attempt }, dueAt: NOW });
      await fired.thenEffects(enrich, schedule('enrichment', at(6), { attempt: attempt + 1 }));
    }
    await whenTimer(organizationEnrichmentSaga, 'enrichment', itself(...listed), { payload: { attempt: 5 } }).thenEffects(enrich);
  });

  test('no more once the directory has answered', async () => {
    const found = ofOrganization('OrganizationDetailsEnriched', { changes: {}, displayName: NAME, source: 'directory' });
    await whenTimer(organizationEnrichmentSaga, 'enrichment', itself(...listed, found), { payload: { attempt: 2 } }).thenNothing();
  });
});

describe('R013 ClientRegistrationSaga', () => {
  const asked = (settings = {}, administratorUserId = boris.userId) => {
    const requested = ofOrganization('ClientRegistrationRequested', {
      requestId,
      requestedBy: anna.userId,
      administratorUserId,
      comment: 'Просим',
    });
    return when(clientRegistrationSaga, itself(...listed, requested), { streams: people, settings });
  };
  const told = [
    letter(admin, 'clientRegistration.toDecide', { comment: 'Просим' }),
    letter(anna, 'clientRegistration.requested', { comment: 'Просим' }),
    letter(boris, 'clientRegistration.requested', { comment: 'Просим' }),
  ];

  test('a request is brought to those who decide, and to requester and nominee', async () => {
    await asked().thenEffects(...told, schedule('reminder', after(NOW, { hours: 24 }), { number: 1 }));
  });

  test('R007 who is both has one letter', async () => {
    await asked({}, anna.userId).thenEffects(told[0]!, told[1]!, schedule('reminder', after(NOW, { hours: 24 }), { number: 1 }));
  });

  test('D10 an installation may accept by itself', async () => {
    await asked({ autoAcceptClientRegistration: true }).thenEffects(
      ...told,
      send(commands.AcceptClientRegistration, { organizationId, requestId }),
    );
  });

  test.each([
    ['accepted', client.slice(2, 3), {}],
    [
      'rejected',
      [ofOrganization('ClientRegistrationRejected', { requestId, decidedBy: admin.userId, reason: 'Нет устава' })],
      { reason: 'Нет устава' },
    ],
    ['withdrawn', [ofOrganization('ClientRegistrationWithdrawn', { requestId })], {}],
  ])('that it was %s is told, and nobody is reminded any more', async (how, decision, data) => {
    await when(clientRegistrationSaga, itself(...registration_requested, ...decision), { streams: people }).thenEffects(
      cancel('reminder'),
      letter(anna, `clientRegistration.${how}`, data),
    );
  });

  const remind = (number: number, state: keyof typeof STATES = 'registration_requested') =>
    whenTimer(clientRegistrationSaga, 'reminder', itself(...STATES[state]), { streams: people, payload: { number } });

  test('D17 an undecided one is brought to mind after 24 hours and every 72 hours then, five times', async () => {
    for (const number of [1, 2, 3, 4])
      await remind(number).thenEffects(
        letter(admin, 'clientRegistration.reminder'),
        schedule('reminder', after(NOW, { hours: 72 }), { number: number + 1 }),
      );
    await remind(5).thenEffects(letter(admin, 'clientRegistration.reminder'));
    await remind(1, 'client').thenNothing();
    await remind(1, 'listed').thenNothing();
  });

  test('with the nominee switched off the request is rejected', async () => {
    const row = { requestId, organizationId, administratorUserId: anna.userId, status: 'created' };
    const rows = {
      client_registrations: [row, { ...row, requestId: 'decided', status: 'accepted' }, { ...row, administratorUserId: boris.userId }],
    };
    const rejection = send(commands.RejectClientRegistration, { organizationId, requestId, reason: 'Администратор недоступен' });
    await when(clientRegistrationSaga, deactivated(anna), { rows, streams: [itself()] }).thenEffects(rejection);
  });
});

describe('AdministratorSaga', () => {
  const world = { streams: [...people, member(boris)] };

  test('R014 R017 who is assigned is a member at once, and is told', async () => {
    await when(administratorSaga, itself(...client), { streams: [...people, member(boris)] }).thenEffects(
      send(GrantMembership, { organizationId, userId: anna.userId, memberKind: 'employee', via: 'registration', sourceId: requestId }),
      send(EnterRoster, { rosterId: administrationsOf(anna.userId), memberId: organizationId }),
      letter(anna, 'administrator.assigned'),
    );
  });

  test('who is revoked is told', async () => {
    const revoked = ofOrganization('AdministratorRevoked', { userId: boris.userId });
    const reaction = when(administratorSaga, itself(...client, withBoris, revoked), world);
    await reaction.thenEffects(
      send(LeaveRoster, { rosterId: administrationsOf(boris.userId), memberId: organizationId }),
      letter(boris, 'administrator.revoked'),
    );
  });
});

describe('MembershipCleanupSaga', () => {
  const rows = {
    memberships: ['active', 'suspended', 'revoked'].map((status, at) => ({
      userId: anna.userId,
      status,
      organizationId: at === 0 ? organizationId : status,
    })),
  };
  const leaves = (id: string) => send(RevokeMembership, { organizationId: id, userId: anna.userId, reason: 'user_deactivated' });
  const happens = (memberships: readonly object[], ...facts: typeof client) =>
    when(membershipCleanupSaga, deactivated(anna), { rows: { memberships }, streams: [itself(...facts)] });

  test('a switched-off user leaves every organization but the one that has no other administrator', async () => {
    await happens(rows.memberships, ...client, withBoris).thenEffects(
      send(commands.RevokeAdministrator, { organizationId, userId: anna.userId }),
      leaves(organizationId),
      leaves('suspended'),
    );
    await happens(rows.memberships, ...client).thenEffects(leaves('suspended'));
    await happens([{ userId: boris.userId, status: 'active', organizationId }], ...client).thenNothing();
  });
});

describe('OrphanedOrganizationSaga', () => {
  const other = boris.userId;
  const row = (id: string) => ({ userId: anna.userId, status: 'active', organizationId: id });
  const happens = (memberships: readonly object[], ...facts: typeof client) =>
    when(orphanedOrganizationSaga, deactivated(anna), {
      rows: { memberships },
      streams: [itself(...facts), stream(organization, other, ...client), ...people],
    });
  const daily = (id: string) => schedule('orphaned', after(NOW, { hours: 24 }), {}, `organization-${id}`);
  const orphaned = (id: string) => letter(admin, 'organization.orphaned', {}, `:${id}`);

  test('D15 of an organization without administrator those of the service are told, every day', async () => {
    await happens([row(organizationId)], ...client).thenEffects(orphaned(organizationId), daily(organizationId));
    await happens([row(organizationId)], ...client, withBoris).thenNothing();
    await when(orphanedOrganizationSaga, itself(...client)).thenEffects(cancel('orphaned'));
  });

  test('two organizations that lose the same administrator were told of with one letter id, and so never', async () => {
    await happens([row(organizationId), row(other)], ...client).thenEffects(
      orphaned(organizationId),
      daily(organizationId),
      orphaned(other),
      daily(other),
    );
  });

  const again = (who: ReturnType<typeof account>, ...facts: typeof client) =>
    whenTimer(orphanedOrganizationSaga, 'orphaned', itself(...facts), { streams: [who, account(admin), administrators(admin)] });

  test('until it has one, or is archived', async () => {
    await again(deactivated(anna), ...client).thenEffects(orphaned(organizationId), schedule('orphaned', after(NOW, { hours: 24 })));
    await again(account(anna), ...client).thenNothing();
    await again(deactivated(anna), ...STATES.archived).thenNothing();
  });
});
