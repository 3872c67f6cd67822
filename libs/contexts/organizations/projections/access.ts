import type { RecordedOf } from '@letopis/kernel';
import type { MemberKind, MembershipEvents } from '../membership/membership';

/** What somebody may enter at present. */
export interface CurrentAccess {
  readonly status: 'active' | 'suspended' | 'revoked';
  readonly memberKind: MemberKind;
  readonly grants: readonly { readonly node: string; readonly until?: string }[];
}

const without = (grants: CurrentAccess['grants'], node: string) => grants.filter((grant) => grant.node !== node);

export const begun = ({ memberKind }: MembershipEvents['MembershipGranted']): CurrentAccess => ({
  status: 'active',
  memberKind,
  grants: [],
});

type Changing = Exclude<keyof MembershipEvents, 'MembershipGranted' | 'AccessRejectionNoted'>;

/** What every later fact of a membership makes of it. */
const changes: { readonly [K in Changing]: (known: CurrentAccess, data: MembershipEvents[K]) => Partial<CurrentAccess> } = {
  MemberKindChanged: (_, { memberKind }) => ({ memberKind }),
  RestrictedAccessGranted: ({ grants }, data) => ({ grants: [...without(grants, data.node), data] }),
  RestrictedAccessRevoked: ({ grants }, { node }) => ({ grants: without(grants, node) }),
  MembershipSuspended: () => ({ status: 'suspended' }),
  MembershipResumed: () => ({ status: 'active' }),
  MembershipRevoked: () => ({ status: 'revoked', grants: [] }),
};

type Folds<Holder> = {
  readonly [K in Changing]: (known: Holder | undefined, event: RecordedOf<MembershipEvents, K>) => Holder | undefined;
};

/** The same folds for whatever holds an access somewhere in it. */
export const accessFolds = <Holder>(
  accessOf: (holder: Holder) => CurrentAccess,
  withAccess: (holder: Holder, change: Partial<CurrentAccess>) => Holder,
): Folds<Holder> =>
  Object.fromEntries(
    Object.entries(changes).map(([type, change]) => [
      type,
      (known: Holder | undefined, { data }: { readonly data: never }) => known && withAccess(known, change(accessOf(known), data)),
    ]),
  ) as object as Folds<Holder>;
