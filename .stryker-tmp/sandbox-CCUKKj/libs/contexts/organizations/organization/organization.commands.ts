// @ts-nocheck
import { EmailText, Id, Text } from '@letopis/kernel';

export class AddLegalEntity {
  @Id({ optional: true }) organizationId?: string;
  @Text(1, 20) inn: string;
  @Text(1, 20, { optional: true }) kpp?: string;
  @Text(1, 500, { optional: true }) fullName?: string;
  @Text(1, 500, { optional: true }) shortName?: string;
  @Text(1, 20, { optional: true }) ogrn?: string;
  @Text(1, 1_000, { optional: true }) legalAddress?: string;
}

export class AddSoleProprietor {
  @Id({ optional: true }) organizationId?: string;
  @Text(1, 20) inn: string;
  @Text(1, 500, { optional: true }) fullName?: string;
  @Text(1, 20, { optional: true }) ogrnip?: string;
}

export class EnrichOrganization {
  @Id() organizationId: string;
}

export class UpdateOrganizationDetails {
  @Id() organizationId: string;
  @Text(1, 500, { optional: true }) fullName?: string;
  @Text(1, 500, { optional: true }) shortName?: string;
  @Text(1, 20, { optional: true }) kpp?: string;
  @Text(1, 20, { optional: true }) ogrn?: string;
  @Text(1, 1_000, { optional: true }) legalAddress?: string;
  @EmailText({ optional: true }) contactEmail?: string;
}

export class RequestClientRegistration {
  @Id() organizationId: string;
  @Id({ optional: true }) requestId?: string;
  @EmailText({ optional: true }) administratorEmail?: string;
  @Text(1, 1_000, { optional: true }) comment?: string;
}

class OnRequest {
  @Id() organizationId: string;
  @Id() requestId: string;
}

export class AcceptClientRegistration extends OnRequest {}

export class RejectClientRegistration extends OnRequest {
  @Text(1, 1_000) reason: string;
}

export class WithdrawClientRegistration extends OnRequest {}

export class AssignAdministrator {
  @Id() organizationId: string;
  @Id() userId: string;
}

export class RevokeAdministrator {
  @Id() organizationId: string;
  @Id() userId: string;
}

class WithReason {
  @Id() organizationId: string;
  @Text(1, 500) reason: string;
}

export class SuspendOrganization extends WithReason {}
export class ArchiveOrganization extends WithReason {}

export class ResumeOrganization {
  @Id() organizationId: string;
}
