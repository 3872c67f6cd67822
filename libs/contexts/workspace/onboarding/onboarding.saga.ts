import { saga, send, type Effect, type Recorded, type SagaReads } from '@letopis/kernel';
import type { UserEvents } from '@letopis/contexts/identity';
import {
  CompleteOnboarding,
  lettersTo,
  organization,
  type InvitationEvents,
  type MembershipEvents,
  type OrganizationEvents,
} from '@letopis/contexts/organizations';
import type { EmailAddressEvents, PersonEvents, PersonLinkEvents } from '@letopis/contexts/persons';
import type { OnboardingProgress } from './onboarding-progress';

type Events = OrganizationEvents &
  MembershipEvents &
  InvitationEvents &
  EmailAddressEvents &
  PersonEvents &
  PersonLinkEvents &
  Pick<UserEvents, 'UserReactivated' | 'UserEmailChanged'>;

/**
 * Completes the onboarding when the eighth step is done. Whatever may have been the last thing missing is looked at: any of
 * them may come twice, late or together, the organization is complete once.
 */
export const onboardingSaga = saga<Events>()({
  name: 'OnboardingSaga',
  on: {
    OnboardingStepConfirmed: looked,
    AdministratorAssigned: looked,
    OrganizationResumed: looked,
    MembershipGranted: looked,
    MemberKindChanged: looked,
    MembershipResumed: looked,
    MembershipRevoked: looked,
    ParticipantInvited: looked,
    InvitedUserFound: looked,
    InvitationAccepted: looked,
    InvitationDeclined: looked,
    InvitationCancelled: looked,
    InvitationExpired: looked,
    EmailAddressUpdated: looked,
    PersonCreated: looked,
    PersonEmailAttached: looked,
    PersonRestored: looked,
    PersonLinkAccepted: looked,
    UserReactivated: ofUser,
    UserEmailChanged: ofUser,

    OrganizationOnboardingCompleted: async ({ aggregateId }, reads) => {
      const { administrators, displayName } = await reads.state(organization, aggregateId);
      return lettersTo(reads, administrators, 'onboarding.completed', { organization: displayName });
    },
  },
});

async function looked({ metadata: { organizationId } }: Recorded, reads: SagaReads): Promise<readonly Effect[]> {
  if (organizationId === undefined) return [];
  // Most organizations are past it: their stream says so, and no row is waited for.
  const { status, onboardingCompletedAt } = await reads.state(organization, organizationId);
  if (status !== 'client' || onboardingCompletedAt) return [];
  return completed(await reads.rows<OnboardingProgress>('onboarding_progress', { organizationId }));
}

async function ofUser({ aggregateId }: Recorded, { rows }: SagaReads): Promise<readonly Effect[]> {
  return completed(await rows<OnboardingProgress>('onboarding_progress', { userIds: aggregateId, completed: false }));
}

const completed = (rows: readonly OnboardingProgress[]) =>
  rows
    .filter(({ completed, steps }) => !completed && steps.every(({ done }) => done))
    .map(({ organizationId }) => send(CompleteOnboarding, { organizationId }));
