// @ts-nocheck
import type { Actor } from '@letopis/kernel';
import fc from 'fast-check';
import { issue, play, type Moment, type Step } from '../../../kernel/testing';
import { account, admin, anna, boris, client, INN, listed, member, requestId, romashka, sagas } from '../organizations.fixtures';
import * as commands from './organization.commands';
import type { Organization } from './organization.state';
import { organization } from './organization';

const organizationId = romashka;
const people = [anna, boris].map(({ userId }) => userId);

const ASKED = fc.oneof(
  fc.constant(issue(commands.AddLegalEntity, { organizationId, inn: INN })),
  fc
    .constantFrom({}, { kpp: '773601001' }, { shortName: 'Ромашка' }, { contactEmail: 'a@romashka.ru' })
    .map((details) => issue(commands.UpdateOrganizationDetails, { organizationId, ...details })),
  fc.constant(issue(commands.EnrichOrganization, { organizationId })),
  fc.constantFrom(requestId, anna.userId).map((id) => issue(commands.RequestClientRegistration, { organizationId, requestId: id })),
  fc.constantFrom(requestId, anna.userId).map((id) => issue(commands.AcceptClientRegistration, { organizationId, requestId: id })),
  fc
    .constantFrom(requestId, anna.userId)
    .map((id) => issue(commands.RejectClientRegistration, { organizationId, requestId: id, reason: 'x' })),
  fc.constantFrom(requestId, anna.userId).map((id) => issue(commands.WithdrawClientRegistration, { organizationId, requestId: id })),
  fc.constantFrom(...people).map((userId) => issue(commands.AssignAdministrator, { organizationId, userId })),
  fc.constantFrom(...people).map((userId) => issue(commands.RevokeAdministrator, { organizationId, userId })),
  fc.constant(issue(commands.SuspendOrganization, { organizationId, reason: 'x' })),
  fc.constant(issue(commands.ResumeOrganization, { organizationId })),
  fc.constant(issue(commands.ArchiveOrganization, { organizationId, reason: 'x' })),
);
const ACTORS: readonly Actor[] = [anna, boris, admin, sagas];

const steps = fc.array(
  fc
    .record({
      command: ASKED,
      actor: fc.constantFrom(...ACTORS),
      found: fc.constantFrom(undefined, { shortName: 'ООО «Ромашка»', kpp: '773601001' }),
    })
    .map(({ command, actor, found }): Step => ({ command, circumstances: { actor, answers: { found } } })),
  { maxLength: 50 },
);

const others = [account(anna), account(boris), member(anna), member(boris)];
const always = (law: (moments: readonly Moment<Organization>[]) => void, facts: typeof listed = []) =>
  fc.assert(
    fc.property(steps, (sequence) => law(play(organization, sequence, { id: romashka, facts, others }))),
    { numRuns: 150 },
  );

const ALLOWED = [
  'none listed',
  'listed registration_requested',
  'registration_requested listed',
  'registration_requested client',
  'listed archived',
  'client suspended',
  'suspended client',
  'suspended archived',
];

describe('Whatever is asked of an organization in whatever order', () => {
  test.each([
    ['from nothing', []],
    ['from a listed one', listed],
    ['from a client', client],
  ])('only the transitions of the state table happen: %s', (_, facts) => {
    always((moments) => {
      for (const { before, after } of moments)
        if (before.status !== after.status) expect(ALLOWED).toContain(`${before.status} ${after.status}`);
    }, facts);
  });

  test.each([
    ['from nothing', []],
    ['from a client', client],
  ])('D15 from client on there is an administrator at all times, each of them once: %s', (_, facts) => {
    always((moments) => {
      for (const {
        after: { status, administrators },
      } of moments) {
        expect(new Set(administrators).size).toBe(administrators.length);
        if (status === 'client' || status === 'suspended') expect(administrators.length).toBeGreaterThan(0);
        if (status === 'none' || status === 'listed' || status === 'registration_requested') expect(administrators).toEqual([]);
      }
    }, facts);
  });

  test('R009 nobody becomes a client who was not listed and asked', () => {
    always((moments) => {
      for (const { before, after } of moments)
        if (after.status === 'client' && before.status !== 'client')
          expect(['registration_requested', 'suspended']).toContain(before.status);
    });
  });

  test('D12 INN and kind never change, and the INN is held as long as there is a record', () => {
    always((moments) => {
      for (const { before, after } of moments) {
        if (before.status !== 'none') expect(after).toMatchObject({ inn: before.inn, kind: before.kind });
        expect(organization.keys(after, romashka)).toHaveLength(after.status === 'none' ? 0 : 1);
      }
    }, listed);
  });

  test('what a person typed is never overwritten by the directory', () => {
    always((moments) => {
      for (const { step, before, after } of moments) {
        if (!(step.command instanceof commands.EnrichOrganization)) continue;
        for (const field of before.typed) expect(after.details[field as 'shortName']).toBe(before.details[field as 'shortName']);
      }
    }, listed);
  });

  test('a refusal changes nothing', () => {
    always((moments) => {
      for (const { refused, events, before, after } of moments) if (refused !== undefined) expect([events, after]).toEqual([[], before]);
    }, client);
  });
});
