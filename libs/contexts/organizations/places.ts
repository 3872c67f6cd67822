import { followedBy, ifKnown, ownerOf, roleKey, stateIn, type Need } from '@letopis/kernel';

/** Whether all these departments and roles are there to be worked in: what a decision names is not looked for afterwards in vain. */
export const placesOf = (
  organizationId: string,
  departmentIds: readonly string[] = [],
  roleCodes: readonly string[] = [],
): Need<boolean> => {
  const departmentOf = (id: string) => `department:${id}`;
  const roleOf = (code: string) => `role:${code}`;
  return followedBy(
    {
      ...Object.fromEntries(departmentIds.map((id) => [departmentOf(id), ifKnown(stateIn('department', id))])),
      ...Object.fromEntries(
        roleCodes.map((code) => {
          const { scope, value } = roleKey(organizationId, code);
          return [roleOf(code), ifKnown(stateIn('role', ownerOf(scope, value)))];
        }),
      ),
    },
    (found) => {
      const isThere = (name: string) => {
        const place = found[name] as { readonly status?: string; readonly organizationId?: string } | undefined;
        return place?.status === 'active' && place.organizationId === organizationId;
      };
      return departmentIds.every((id) => isThere(departmentOf(id))) && roleCodes.every((code) => isThere(roleOf(code)));
    },
  );
};
