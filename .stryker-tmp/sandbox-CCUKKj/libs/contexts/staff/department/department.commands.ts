// @ts-nocheck
import { Code, Codes, Flag, Id, Ids, Nested, OneOf, Text } from '@letopis/kernel';
import { LocalizedName, LocalizedNote, Whole } from '../shapes';
import type { TaskLocale } from './department.events';

const LOCALES = ['ru', 'en'] as const;

export class SupportCenterTerms {
  @Ids(100) providerIds: string[];
  @Id({ optional: true }) headStaffId?: string;
  @Nested(() => LocalizedNote, { optional: true }) categoryDescription?: LocalizedNote;
  @Whole(0, 1_000_000, { optional: true }) sortOrder?: number;
  @Flag({ optional: true }) chargeRequests?: boolean;
}

export class CreateDepartment {
  @Id({ optional: true }) departmentId?: string;
  @Id() organizationId: string;
  @Nested(() => LocalizedName) name: LocalizedName;
  @Id({ optional: true }) scheduleId?: string;
  @OneOf(LOCALES, { optional: true }) taskLocale?: TaskLocale;
  @Nested(() => SupportCenterTerms, { optional: true }) supportCenter?: SupportCenterTerms;
  /** Of the product's own: what is switched on from the start. */
  @Codes(100, { optional: true }) rights?: string[];
}

export class UpdateDepartment {
  @Id() departmentId: string;
  @Nested(() => LocalizedName, { optional: true }) name?: LocalizedName;
  @Id({ optional: true }) scheduleId?: string;
  /** Works round the clock from now on. */
  @Flag({ optional: true }) withoutSchedule?: boolean;
  @OneOf(LOCALES, { optional: true }) taskLocale?: TaskLocale;
  @Id({ optional: true }) headStaffId?: string;
}

export class EnableSupportCenter extends SupportCenterTerms {
  @Id() departmentId: string;
}

export class DisableSupportCenter {
  @Id() departmentId: string;
}

export class SetDepartmentRight {
  @Id() departmentId: string;
  /** A category, a section or a function: `clients`, `finance.acts`, `clients:create`. */
  @Code() node: string;
  @Flag() enabled: boolean;
}

export class ArchiveDepartment {
  @Id() departmentId: string;
  @Text(1, 500, { optional: true }) reason?: string;
}
