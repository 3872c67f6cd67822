import { allows, type RightsSources } from './effective';
import type { Standing } from './standing';

/** Of a workplace, what decides who may open it. */
export interface WorkplaceKeys {
  readonly status: string;
  readonly code: string;
  readonly name: string;
  /** Sections of the side panel, in their order. */
  readonly sections: readonly string[];
  /** Any of these roles opens it; without any it is open to all staff. */
  readonly requiredRoles: readonly string[];
  /** Editions of the workspace that have it; without any all have. */
  readonly editions: readonly string[];
}

/** The unique key of a workplace's code within its organization. */
export const workplaceKey = (organizationId: string, code: string) => ({ scope: 'workplaceCode', value: `${organizationId}:${code}` });

/** Whether somebody's roles open the workplace; full access opens every one. */
export function opensWorkplace(
  { status, requiredRoles, editions }: WorkplaceKeys,
  { staff, workspace }: Pick<Standing, 'staff' | 'workspace'>,
  rights: RightsSources,
): boolean {
  const { edition } = (workspace ?? {}) as { readonly edition?: string };
  const isOffered = editions.length === 0 || edition === undefined || editions.includes(edition);
  if (status !== 'active' || !rights.active || !isOffered) return false;
  const hasAll = rights.fullAccess || rights.roles.some(({ fullAccess }) => fullAccess);
  return hasAll || requiredRoles.length === 0 || requiredRoles.some((code) => staff?.status === 'active' && staff.roleCodes.includes(code));
}

/** What the side panel shows of a workplace: a section only if it may be viewed. */
export const visibleSections = ({ sections }: WorkplaceKeys, rights: RightsSources): readonly string[] =>
  sections.filter((section) => allows(rights, `${section}:view`));
