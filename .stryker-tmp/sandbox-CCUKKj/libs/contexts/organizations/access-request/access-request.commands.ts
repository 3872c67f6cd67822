// @ts-nocheck
import { MayBeAbsent, Codes, Id, OneOf, Text, Time } from '@letopis/kernel';
import { Matches } from 'class-validator';
import { MEMBER_KINDS, type MemberKind } from '../membership/membership';

export class CreateAccessRequest {
  @Id({ optional: true }) accessRequestId?: string;
  @Id() organizationId: string;
  /** The organization as a whole, or one restricted category or application of it. */
  @MayBeAbsent() @Matches(/^(organization|(category|app):[a-z0-9_.]{1,100})$/) scope?: string;
  @Text(1, 500, { optional: true }) comment?: string;
}

export class AcceptAccessRequest {
  @Id() accessRequestId: string;
  @OneOf(MEMBER_KINDS, { optional: true }) memberKind?: MemberKind;
  @Codes(50, { optional: true }) departmentIds?: string[];
  @Codes(50, { optional: true }) roleCodes?: string[];
  @Time({ optional: true }) validUntil?: string;
}

export class RejectAccessRequest {
  @Id() accessRequestId: string;
  @Text(1, 500, { optional: true }) reason?: string;
}

export class CancelAccessRequest {
  @Id() accessRequestId: string;
}
