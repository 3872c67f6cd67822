import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import {
  administers,
  allNodes,
  allows,
  CATALOGUE,
  explain,
  functionsOf,
  nodesNamed,
  opensWorkplace,
  organizationIn,
  pathOf,
  refusal,
  refusalBy,
  refusedAtTheDoor,
  rightsOf,
  sectionsOf,
  standingOf,
  titleOf,
  visibleSections,
  type FunctionNode,
  type Recorded,
  type RightExplained,
  type Standing,
  type UserActor,
  type WorkplaceKeys,
} from '@letopis/kernel';
import { documents } from '../projections/projector';
import { callerOf, consistencyToken, type Call } from './calls';
import { EDGE, type Edge } from './edge';

/** Holders of a right that are told at once. */
const MOST_HOLDERS = 1_000;
const SEES_STAFF: FunctionNode = 'provider.staff:view';

/** Who may do what, why, and what the side panel shows of it: asked of the rights themselves, not of a copy. */
@Controller('v1')
export class RightsController {
  constructor(@Inject(EDGE) private readonly edge: Edge) {}

  /** The tree that rights are given on. */
  @Get('rights/catalogue')
  async catalogue(@Req() request: Call) {
    await this.person(request);
    return {
      items: Object.entries(CATALOGUE).map(([code, { title }]) => ({
        node: code,
        title,
        sections: sectionsOf(code).map((section) => ({
          node: section,
          title: titleOf(section),
          functions: functionsOf(section).map((node) => ({ node, title: titleOf(node) })),
        })),
      })),
    };
  }

  /** Everything that the caller may do in the organization that the session works in. */
  @Get('rights/mine')
  async mine(@Query('organizationId') named: string | undefined, @Req() request: Call) {
    const { organizationId, rights } = await this.here(request, named);
    const nodes = allNodes().filter((node) => allows(rights, node));
    return { organizationId, fullAccess: rights.fullAccess, nodes };
  }

  /** Why a node is open or closed to a staff member: each department, role, grant or flag, and the event that made it so. */
  @Get('rights/staff/:staffId')
  async why(@Param('staffId') staffId: string, @Query('node') node: string | undefined, @Req() request: Call) {
    const known = this.node(node);
    const { organizationId, actor, rights } = await this.here(request, undefined);
    const { runtime } = this.edge;
    const definition = runtime.composition.aggregates.get('staffMember');
    if (!definition) throw refusal('NOT_FOUND');
    const { state } = await runtime.states.fresh(definition, staffId);
    const member = state as { organizationId: string; userId?: string; status: string };
    if (member.status === 'none' || member.organizationId !== organizationId) throw refusal('NOT_FOUND');
    if (member.userId !== actor.userId && !allows(rights, SEES_STAFF)) throw refusal('FORBIDDEN');
    const standing = await this.standing(organizationId, member.userId);
    const told = explain(rightsOf(standing, { kind: 'user', userId: member.userId ?? '', sessionId: '' }, runtime.clock.now()), known);
    return { staffId, ...told, by: await Promise.all(told.by.map((by) => this.withEvent(by, { organizationId, staffId, standing }))) };
  }

  /** Who has a node: staff of the organization, by departments, roles, own grants and full access. */
  @Get('rights/holders')
  async holders(@Query('node') node: string | undefined, @Query('organizationId') named: string | undefined, @Req() request: Call) {
    const known = this.node(node);
    const { organizationId, rights } = await this.here(request, named);
    if (!allows(rights, SEES_STAFF)) throw refusal('FORBIDDEN');
    const { runtime } = this.edge;
    await runtime.projector.mark('staff_rights').reached(consistencyToken(request));
    // The nearest edge on the way up decides: open there, and not closed below it.
    const path = pathOf(known);
    const nearest = path.map((each, at) => ({ open: each, closed: { $nin: path.slice(0, at) } }));
    const found = await documents(runtime.db, runtime.projector, 'staff_rights')
      .find({ organizationId, status: 'active', $or: nearest, _deleted: { $exists: false } })
      .sort({ displayName: 1, _id: 1 })
      .limit(MOST_HOLDERS)
      .toArray();
    return {
      node: known,
      items: found.map(({ _id, displayName, userId, fullAccess }) => ({ staffId: _id, displayName, userId, fullAccess })),
    };
  }

  /** Workplaces that the caller's roles open, and the sections of the present one that may be viewed. */
  @Get('side-panel')
  async sidePanel(@Query('organizationId') named: string | undefined, @Req() request: Call) {
    const { organizationId, actor, standing, rights } = await this.here(request, named);
    const { runtime } = this.edge;
    await runtime.projector.mark('workplaces').reached(consistencyToken(request));
    const rows = await documents(runtime.db, runtime.projector, 'workplaces')
      .find({ organizationId, status: 'active', _deleted: { $exists: false } })
      .sort({ name: 1, _id: 1 })
      .toArray();
    const open = (rows as object[] as WorkplaceKeys[]).filter((each) => opensWorkplace(each, standing, rights));
    const current = open.find(({ code }) => code === actor.workplaceCode) ?? open[0];
    return {
      organizationId,
      current: current?.code,
      workplaces: open.map(({ code, name }) => ({ code, name })),
      sections: current ? visibleSections(current, rights).map((section) => ({ node: section, title: titleOf(section) })) : [],
    };
  }

  private node(name: string | undefined): string {
    const [node, more] = typeof name === 'string' && name.length <= 100 ? nodesNamed(name) : [];
    if (node === undefined || more !== undefined) throw refusal('BAD_QUERY', { name: 'node' });
    return node;
  }

  private async person(request: Call): Promise<UserActor> {
    const actor = await callerOf(request, this.edge.tokens);
    if (actor.kind === 'anonymous') throw refusal('NOT_AUTHENTICATED');
    if (actor.kind !== 'user') throw refusal('FORBIDDEN');
    if (actor.restriction) throw refusalBy(this.edge.runtime.composition.errors, actor.restriction);
    return actor;
  }

  /** The caller with what the organization knows of the caller. */
  private async here(request: Call, named: string | undefined) {
    const actor = await this.person(request);
    const organizationId = organizationIn(actor, { organizationId: named });
    if (organizationId === undefined) throw refusal('BAD_QUERY', { name: 'organizationId' });
    const standing = await this.standing(organizationId, actor.userId);
    const code = refusedAtTheDoor(standing, actor);
    if (code) throw refusalBy(this.edge.runtime.composition.errors, code);
    return { organizationId, actor, standing, rights: rightsOf(standing, actor, this.edge.runtime.clock.now()) };
  }

  private async standing(organizationId: string, userId: string | undefined): Promise<Standing> {
    const { resolver, clock } = this.edge.runtime;
    return (await resolver().resolve({ standing: standingOf(organizationId, userId) }, clock.now(), true)).standing as Standing;
  }

  private async withEvent(
    by: RightExplained['by'][number],
    { organizationId, staffId, standing }: { organizationId: string; staffId: string; standing: Standing },
  ) {
    const { store, claims } = this.edge.runtime;
    const says = (type: string, data: Record<string, unknown>) => {
      switch (by.source) {
        case 'department':
          return type === 'DepartmentRightSet' && data.node === by.node;
        case 'role':
          return type === 'RoleCreated' || (type === 'RoleUpdated' && 'rights' in (data.changes as object));
        case 'individual':
          return type === 'StaffRightGranted' && data.node === by.node;
        default:
          return type === 'FullAccessGranted' || (type === 'AdministratorAssigned' && data.userId === standing.staff?.userId);
      }
    };
    const stream = async () => {
      if (by.source === 'department') return `department-${by.id}`;
      if (by.source === 'role') return `role-${await claims.owner({ scope: 'roleCode', value: `${organizationId}:${by.id}` })}`;
      const isAdministrator = administers(standing, { kind: 'user', userId: standing.staff?.userId ?? '', sessionId: '' });
      return by.source === 'full_access' && isAdministrator ? `organization-${organizationId}` : `staffMember-${staffId}`;
    };
    let event: Recorded | undefined;
    for await (const page of store.pages(await stream())) {
      event = page.findLast(({ type, data }) => says(type, data as Record<string, unknown>)) ?? event;
    }
    if (!event) return by;
    const { id, type, position, metadata } = event;
    return { ...by, event: { id, type, position, at: metadata.occurredAt, actor: metadata.actor } };
  }
}
