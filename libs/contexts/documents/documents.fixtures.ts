import { roster, type RosterEvents } from '@letopis/contexts/identity';
import { company, contact, type CompanyEvents, type ContactEvents } from '@letopis/contexts/crm';
import { personLink, type PersonLinkEvents } from '@letopis/contexts/persons';
import { role, type RoleEvents, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, system, type Actor, type FileFacts, type UserActor } from '@letopis/kernel';
import { facts, stream, type Fact, type Stream } from '../../kernel/testing';
import { elsewhere, member, organizationOf, person, romashka, staffIdOf, works as worksAs } from '../romashka.fixtures';
import { restrictedFoldersOf } from './disk-folder/access';
import { diskFolder, type DiskFolderEvents } from './disk-folder/disk-folder';
import { documentType, documentTypeIdOf, type DocumentTypeEvents } from './document-type/document-type';
import { document } from './document/document';
import type { DocumentEvents } from './document/document.events';
import { seededTypes } from './seeds';

export { elsewhere, member, romashka, staffIdOf };

/** Administers Romashka. */
export const anna = person('anna');
/** Works there with every right on documents but that to edit all. */
export const lena = person('lena');
/** Works there and only looks. */
export const oleg = person('oleg');
/** A client of Romashka. */
export const viktor = person('viktor');
/** Nobody there. */
export const stranger = person('stranger');
export const anonymous: Actor = { kind: 'anonymous' };
export const sagas = system('sagas');
export const actors: Readonly<Record<string, Actor>> = { anonymous, anna, lena, oleg, viktor, stranger, system: sagas };

export const ofFolder = facts<DiskFolderEvents>();
export const ofType = facts<DocumentTypeEvents>();
export const ofDocument = facts<DocumentEvents>();
export const ofContact = facts<ContactEvents>();
export const ofCompany = facts<CompanyEvents>();
const ofStaff = facts<StaffMemberEvents>();
const ofRole = facts<RoleEvents>();
const ofRoster = facts<RosterEvents>();
const ofLink = facts<PersonLinkEvents>();

export const itself: Stream = organizationOf(anna);
const ROLE = 'clerk';
export const works = (who: UserActor, ...more: readonly Fact[]): Stream => worksAs(who, 'x@romashka.ru', ...more);
export const granted = (...nodes: readonly string[]): readonly Fact[] => nodes.map((node) => ofStaff('StaffRightGranted', { node }));
export const inRole: Fact = ofStaff('RoleAssigned', { roleCode: ROLE });
export const roleId = derivedId('role', ROLE);
const clerks: Stream = stream(
  role,
  roleId,
  ofRole('RoleCreated', {
    organizationId: romashka,
    code: ROLE,
    name: 'Клерк',
    kind: 'functional',
    rights: [],
    system: false,
    fullAccess: false,
  }),
);

export const DOCUMENTS = ['view', 'create', 'edit', 'delete', 'sign', 'set_status'].map((fn) => `documents.my:${fn}`);
export const members = (rosterId: string, ...ids: readonly string[]): Stream =>
  stream(roster, rosterId, ...ids.map((memberId) => ofRoster('RosterEntered', { memberId })));

export const folderId = derivedId('folder', 'contracts');
export const folderMade = (more: Partial<DiskFolderEvents['FolderCreated']> = {}): Fact =>
  ofFolder('FolderCreated', {
    organizationId: romashka,
    above: [],
    name: 'Договоры',
    access: { mode: 'all_members', allowed: [] },
    system: false,
    ...more,
  });
export const inFolder = (...more: readonly Fact[]): Stream => stream(diskFolder, folderId, folderMade(), ...more);
export const closedFor = (...allowed: DiskFolderEvents['FolderAccessSet']['access']['allowed']): Fact =>
  ofFolder('FolderAccessSet', { access: { mode: 'restricted', allowed } });

export const typeId = documentTypeIdOf(romashka, 'contract');
const [{ numbering, statuses, allowedMime }] = seededTypes(romashka) as [ReturnType<typeof seededTypes>[number]];
export const typeMade = (more: Partial<DocumentTypeEvents['DocumentTypeCreated']> = {}): Fact =>
  ofType('DocumentTypeCreated', {
    organizationId: romashka,
    code: 'contract',
    name: 'Договор',
    folderId,
    numbering: { ...numbering, next: 1 },
    statuses,
    initialStatus: 'new',
    allowedMime: allowedMime ?? [],
    maxSizeMb: 50,
    ...more,
  });
export const ofContracts = (...more: readonly Fact[]): Stream => stream(documentType, typeId, typeMade(), ...more);

export const documentId = derivedId('document', '1');
export const processId = derivedId('process', '1');
export const otherProcess = derivedId('process', '2');
export const sha = (n: number) => String(n).padStart(64, '0');
export const facts1: FileFacts = {
  fileId: derivedId('file', '1'),
  name: 'Договор.pdf',
  mime: 'application/pdf',
  size: 1_000,
  sha256: sha(1),
  uploadedBy: lena.userId,
};
export const facts2: FileFacts = { ...facts1, fileId: derivedId('file', '2'), sha256: sha(2) };
const refOf = ({ uploadedBy: _, ...ref }: FileFacts) => ref;
export const file1 = refOf(facts1);
export const file2 = refOf(facts2);
export const companyId = derivedId('company', '1');
export const contactId = derivedId('contact', '1');

export const uploaded = (more: Partial<DocumentEvents['DocumentUploaded']> = {}): Fact =>
  ofDocument('DocumentUploaded', {
    organizationId: romashka,
    typeCode: 'contract',
    number: 'Д-0001/2026',
    title: 'Договор.pdf',
    file: file1,
    folderId,
    path: [folderId],
    status: 'new',
    confidential: false,
    authorStaffId: staffIdOf(lena),
    ...more,
  });
export const bound: Fact = ofDocument('DocumentBoundToProcess', { processId });
export const signed = (who: UserActor = lena): Fact =>
  ofDocument('DocumentSigned', { userId: who.userId, personId: derivedId('person card', who.userId), fileSha256: sha(1) });
export const archived: Fact = ofDocument('DocumentArchived', {});
export const numbered: Fact = ofType('DocumentNumberAllocated', { documentId, number: 'Д-0001/2026', seq: 1, year: '2026' });

export const lutik: Stream = stream(
  company,
  companyId,
  ofCompany('CompanyCreated', {
    organizationId: romashka,
    name: 'Лютик',
    phones: [],
    emails: ['lutik@mail.ru'],
    addresses: [],
    interests: [],
    shared: [],
  }),
);
export const petr: Stream = stream(
  contact,
  contactId,
  ofContact('ContactCreated', {
    organizationId: romashka,
    name: 'Пётр',
    phones: [],
    emails: ['petr@mail.ru'],
    messengers: [],
    addresses: [],
    interests: [],
    createdFrom: 'user',
    shared: [],
  }),
);
export const linkedCard = (who: UserActor): Stream =>
  stream(
    personLink,
    derivedId('link', who.userId),
    ofLink('PersonLinkRequested', {
      organizationId: romashka,
      personId: derivedId('person card', who.userId),
      userId: who.userId,
      userEmail: 'x@romashka.ru',
      requestedBy: anna.userId,
    }),
    ofLink('PersonLinkAccepted', { acceptedAt: '2026-03-02T09:00:00.000Z' }),
  );

/** Everybody at work, the folder and the type there. */
export const people: readonly Stream[] = [
  itself,
  member(anna),
  member(lena),
  member(oleg),
  member(viktor, 'client'),
  works(lena, ...granted(...DOCUMENTS)),
  works(oleg),
  clerks,
  members(restrictedFoldersOf(romashka)),
];
export const world: readonly Stream[] = [...people, inFolder(), ofContracts(), lutik, petr, stream(document, derivedId('no document'))];
