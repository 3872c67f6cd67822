import type { CommandEffect } from '@letopis/kernel';
import type { View } from './plan';
import { NOT_AVAILABLE, type Done } from './done';

type Args = Readonly<Record<string, unknown>>;

/** A command of a context by its name: it may belong to one that the product is composed without. */
const named = (type: string, payload: Args): CommandEffect => ({ kind: 'command', type, payload });

/** What is done to a subject, by its kind: the commands of its context. */
export const subjectCommands: Readonly<Record<string, Readonly<Record<string, (id: string, args: Args) => CommandEffect>>>> = {
  deal: {
    stage: (dealId, { stage }) => named('MoveDealToStage', { dealId, stageCode: stage }),
    text: (dealId, { text: said }) => named('SetDealStatusText', { dealId, text: said }),
    close: (dealId, { outcome, comment }) => named('CloseDeal', { dealId, outcome, reason: comment }),
    approval: (dealId, args) => named('ApplyDealApproval', { dealId, ...args }),
    field: (dealId, { field, value }) => named('UpdateDeal', { dealId, [String(field)]: value }),
  },
  lead: { field: (leadId, { field, value }) => named('UpdateLead', { leadId, [String(field)]: value }) },
  company: { field: (companyId, { field, value }) => named('UpdateCompany', { companyId, [String(field)]: value }) },
  contact: { field: (contactId, { field, value }) => named('UpdateContact', { contactId, [String(field)]: value }) },
};

/** Something is done to the subject; a subject of a kind with which that cannot be done is no reason to go on without it. */
export const toSubject = (what: string, args: Args, { state: { subject } }: View, outputs: Args = {}): Done => {
  const make = subjectCommands[subject.type]?.[what];
  return make ? { commands: [make(subject.id, args)], outputs } : { failed: NOT_AVAILABLE };
};
