import type { DocumentRow } from '@letopis/contexts/documents';
import { organization, type Organization } from '@letopis/contexts/organizations';
import { nameOf, type Person } from '@letopis/contexts/persons';
import { staffMember, staffNameOf, type StaffMember } from '@letopis/contexts/staff';
import { stateIn, stateOf, type FeedReading, type Sheet, type SheetFound } from '@letopis/kernel';
import { refusal } from '../errors';
import type { ApprovalSheetRow } from '../projections/approval-sheet';
import type { JournalRow } from '../projections/journal';
import type { SmartProcessRow } from '../projections/processes';
import { smartProcess } from '../smart-process/smart-process';
import type { SmartProcess } from '../smart-process/smart-process.state';
import { APPROVAL_STYLE, APPROVAL_TEMPLATE, WORDS, type Words } from './approval-sheet.template';

/** What of it the caller sees. */
type Rows = readonly [readonly [SmartProcessRow?], readonly ApprovalSheetRow[], readonly [JournalRow?], readonly DocumentRow[]];

/** «Лист согласования»: who allowed this, in whose place, when, with which words, and which bytes they had before them. */
export const approvalSheetPage: Sheet = {
  code: 'approval',
  title: { ru: 'Лист согласования', en: 'Approval sheet' },
  needs: (processId) => ({ process: stateOf(smartProcess, processId) }),
  reads: (processId, answers): readonly FeedReading[] => {
    const { documentIds = [] } = (answers.process as SmartProcess | undefined) ?? {};
    return [
      { registry: 'smart_processes', filter: { processId } },
      { registry: 'approval_sheet', filter: { processId } },
      { registry: 'process_journal', filter: { processId } },
      { registry: 'documents', filter: { 'documentId.in': documentIds.join(',') }, whereSeen: true },
    ];
  },
  names: (found) => {
    const [[process], rounds, [journal], documents] = found as never as Rows;
    const staffIds = [
      process?.initiatorStaffId,
      ...(journal?.lines.map(({ by }) => by) ?? []),
      ...rounds.flatMap(({ approvers }) => approvers.flatMap(({ staffId, byStaffId, onBehalfOf }) => [staffId, byStaffId, onBehalfOf])),
    ];
    const personIds = documents.flatMap(({ signatures }) => signatures.map(({ personId }) => personId));
    return {
      organization: stateOf(organization, process?.organizationId),
      ...Object.fromEntries(staffIds.flatMap((id) => (id ? [[`staff:${id}`, stateOf(staffMember, id)]] : []))),
      ...Object.fromEntries(personIds.map((id) => [`person:${id}`, stateIn<Person>('person', id)])),
    };
  },
  fill,
  template: APPROVAL_TEMPLATE,
  style: APPROVAL_STYLE,
};

function fill({ id, rows, answers, locale, now }: SheetFound) {
  const [[process], rounds, [journal], documents] = rows as never as Rows;
  if (!process) throw refusal('NOT_FOUND');
  const t = WORDS[locale];
  const staff = (staffId: string | undefined) => {
    const { fullName, email } = (answers[`staff:${staffId}`] as StaffMember | undefined) ?? {};
    return staffId === undefined ? undefined : staffNameOf(fullName, email);
  };
  const person = (personId: string) => nameOf((answers[`person:${personId}`] as Person).card.name);
  return {
    t,
    id,
    now,
    title: `${t.title} № ${process.number}`,
    organization: (answers.organization as Organization).displayName,
    process,
    client: documents.find(({ clientName }) => clientName !== undefined)?.clientName,
    initiator: staff(process.initiatorStaffId),
    state: t.state[process.status](process.stageName),
    cancelled: journal?.lines.find(({ what }) => what === 'cancelled')?.text,
    documents: documents.map((row) => documentOf(row, person, t)),
    rounds: rounds.map((round, at) => roundOf(round, at + 1, { journal, documents, staff, t, process })),
    visits: visitsOf(journal, staff),
  };
}

function documentOf({ versions, signatures, ...row }: DocumentRow, person: (id: string) => string, t: Words) {
  const signed = (sha256: string) => signatures.filter(({ fileSha256 }) => fileSha256 === sha256);
  return {
    name: [row.typeName, row.number].filter(Boolean).join(' '),
    title: row.title,
    status: row.statusName ?? row.status,
    // A colour of the type's settings, six digits by its shape.
    color: /^#[0-9A-Fa-f]{6}$/.test(row.statusColor ?? '') ? row.statusColor : undefined,
    versions: versions.map(({ n, name, sha256, at }) => ({
      n,
      name,
      sha256,
      at,
      signatures: signed(sha256).map((signature) => ({ by: person(signature.personId), at: signature.at, word: t.signedBy })),
    })),
  };
}

interface Around {
  readonly journal: JournalRow | undefined;
  readonly documents: readonly DocumentRow[];
  readonly staff: (staffId: string | undefined) => string | undefined;
  readonly process: SmartProcessRow;
  readonly t: Words;
}

function roundOf(round: ApprovalSheetRow, no: number, { journal, documents, staff, process, t }: Around) {
  const { outcome, closedAt } = round;
  const visit = journal?.visits.find((each) => each.visit === round.visit);
  const leftAt = closedAt ?? visit?.to ?? process.endedAt;
  return {
    no,
    stage: visit?.stage,
    openedAt: round.openedAt,
    rule: t.rule(round.rule),
    mode: t.mode[round.mode === 'sequential' ? 'sequential' : 'parallel'],
    outcome: t.outcome[outcome === 'approved' || outcome === 'rejected' ? outcome : leftAt === undefined ? 'open' : 'closed'],
    closedAt: leftAt,
    // What they had before them: the newest version of each document when they were asked.
    before: documents.flatMap(({ number, versions }) => {
      const version = versions.findLast(({ at }) => at <= round.openedAt);
      return version ? [{ number, n: version.n, sha256: version.sha256 }] : [];
    }),
    approvers: round.approvers.map(({ staffId, byStaffId, onBehalfOf, decision, comment, at }) => ({
      approver: staff(onBehalfOf ?? staffId),
      deputy: onBehalfOf === undefined ? undefined : staff(byStaffId ?? staffId),
      decision: decision ? t.decision[decision] : t.decision.none,
      rejected: decision === 'rejected',
      comment,
      at,
    })),
  };
}

/** The way through the stages, and who led on with which words. */
const visitsOf = (journal: JournalRow | undefined, staff: Around['staff']) =>
  journal?.visits.map(({ visit, stage, from, to }) => {
    const left = journal.lines.find((line) => line.what === 'stageLeft' && line.visit === visit);
    return { stage, from, to, by: staff(left?.by), comment: left?.text };
  }) ?? [];
