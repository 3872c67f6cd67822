// @ts-nocheck
import { inherits, nodesNamed, type RightsSources } from '@letopis/kernel';
import type { Department } from '../department/department';
import { refusal } from '../errors';
import type { Role } from '../role/role';

type Inherited = Pick<RightsSources, 'departments' | 'roles'>;

/** Departments and roles as sources of rights. */
export const grantsOf = ({
  departments,
  roles,
}: {
  departments: readonly (Department & { id: string })[];
  roles: readonly (Role | undefined)[];
}): Inherited => ({ departments, roles: roles.filter((role) => role !== undefined) });

/** The nodes of a name that may be given or taken one by one: those that no department or role gives at the moment. */
export function ownNodes(name: string, sources: Inherited): readonly string[] {
  const nodes = nodesNamed(name);
  if (nodes.length === 0) throw refusal('RIGHT_NODE_UNKNOWN');
  const own = nodes.filter((node) => !inherits(sources, node));
  if (own.length === 0) throw refusal('RIGHT_INHERITED');
  return own;
}

/** «Чат доступен» follows the department or role; who may do everything may chat as well. */
export const mayChat = ({ fullAccess }: { readonly fullAccess: boolean }, sources: Inherited): boolean =>
  fullAccess || inherits(sources, 'chat.dialogs');
