// @ts-nocheck
import { cancel, saga, send, type RecordedOf, type SagaReads } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import { AcceptClientRegistration, RejectClientRegistration } from '../organization/organization.commands';
import type { OrganizationEvents } from '../organization/organization.events';
import { organization } from '../organization/organization';
import type { ClientRegistrationRow } from '../projections/client-registrations';
import { lettersTo, platformAdmins } from './letters-to';
import { firstReminder, nextReminder } from './reminders';

/** Carries a client registration from the request to its decision, with everybody concerned told. */
export const clientRegistrationSaga = saga<OrganizationEvents & UserEvents>()({
  name: 'ClientRegistrationSaga',

  on: {
    ClientRegistrationRequested: async ({ aggregateId, data, metadata }, reads) => {
      const { requestId, requestedBy, administratorUserId, comment } = data;
      const { displayName } = await reads.state(organization, aggregateId);
      const about = { organization: displayName, comment };
      return [
        ...(await lettersTo(reads, await platformAdmins(reads), 'clientRegistration.toDecide', about)),
        ...(await lettersTo(reads, [requestedBy, administratorUserId], 'clientRegistration.requested', about)),
        ...(reads.settings.autoAcceptClientRegistration
          ? [send(AcceptClientRegistration, { organizationId: aggregateId, requestId })]
          : [firstReminder(metadata.occurredAt)]),
      ];
    },
    ClientRegistrationAccepted: (event, reads) => decided(event, reads, 'clientRegistration.accepted'),
    ClientRegistrationRejected: (event, reads) => decided(event, reads, 'clientRegistration.rejected', event.data.reason),
    ClientRegistrationWithdrawn: (event, reads) => decided(event, reads, 'clientRegistration.withdrawn'),

    UserDeactivated: async ({ aggregateId }, { rows }) => {
      const nominations = await rows<ClientRegistrationRow>('client_registrations', {
        administratorUserId: aggregateId,
        status: 'created',
      });
      return nominations.map(({ organizationId, requestId }) =>
        send(RejectClientRegistration, { organizationId, requestId, reason: 'Администратор недоступен' }),
      );
    },
  },

  onTimer: {
    reminder: async (timer, reads) => {
      const { status, displayName } = await reads.state(organization, timer.aggregateId);
      if (status !== 'registration_requested') return [];
      return [
        ...(await lettersTo(reads, await platformAdmins(reads), 'clientRegistration.reminder', { organization: displayName })),
        ...nextReminder(timer),
      ];
    },
  },
});

type Decided = RecordedOf<OrganizationEvents, 'ClientRegistrationAccepted' | 'ClientRegistrationRejected' | 'ClientRegistrationWithdrawn'>;

async function decided({ aggregateId }: Decided, reads: SagaReads, template: string, reason?: string) {
  const { displayName, registration } = await reads.state(organization, aggregateId);
  return [
    cancel('reminder'),
    ...(await lettersTo(reads, [registration?.requestedBy, registration?.administratorUserId], template, {
      organization: displayName,
      reason,
    })),
  ];
}
