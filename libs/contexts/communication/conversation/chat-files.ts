import {
  allows,
  files,
  followedBy,
  isAsNamed,
  isProgram,
  isUuid,
  passes,
  refOf,
  refusedAtTheDoor,
  rightsOf,
  standingOf,
  stateIn,
  type Actor,
  type FileFacts,
  type FileRef,
  type Need,
  type Needs,
  type Policy,
  type Standing,
  type Upload,
} from '@letopis/kernel';
import { refusal } from '../errors';
import type { Conversation } from './conversation.state';
import { userIdOf } from './talkers';

/** The largest file of a message, in bytes. */
const MOST_BYTES = 50 * 1024 * 1024;

/** A file as it was brought, and as it is kept for the conversation. */
export interface Brought {
  readonly file: FileFacts | undefined;
  readonly taken: FileFacts | undefined;
}

/** The files of a message: kept for the conversation once all of them may be sent. */
export const broughtFor = (asked: {
  readonly fileIds: readonly string[] | undefined;
  readonly state: Conversation;
  readonly actor: Actor;
  readonly id: string;
}): Need<readonly Brought[]> => {
  const { fileIds = [], state, actor, id } = asked;
  const isIn = state.talkers.some(({ userId }) => userId === userIdOf(actor)) || state.kind === 'client';
  const at = (name: string, number: number) => `${name}:${number}`;
  return followedBy(
    Object.fromEntries(fileIds.map((fileId, number) => [at('file', number), files('describe', { fileId })])),
    (found): Needs => {
      const isFine = isIn && fileIds.every((_, number) => passes(() => ownFile(found[at('file', number)] as FileFacts | undefined, actor)));
      const owner = { category: 'conversation', id };
      return isFine ? Object.fromEntries(fileIds.map((fileId, number) => [at('taken', number), files('take', { fileId, owner })])) : {};
    },
    (found) =>
      fileIds.map((_, number) => ({
        file: found[at('file', number)] as FileFacts | undefined,
        taken: found[at('taken', number)] as FileFacts | undefined,
      })),
  );
};

/** The files as the event names them. @throws DomainError NOT_FOUND, FILE_TYPE_NOT_ALLOWED */
export function sentFiles(fileIds: readonly string[] | undefined, brought: readonly Brought[], actor: Actor): readonly FileRef[] {
  if (new Set(fileIds).size !== (fileIds?.length ?? 0)) throw refusal('ALREADY_EXISTS');
  return brought.map(({ file, taken }) => {
    const fine = ownFile(file, actor);
    // Another record has it: whoever wants to send it here as well brings it again.
    if (!taken) throw refusal('NOT_FOUND');
    return refOf(fine);
  });
}

/** The file, which the sender has brought and which may be in a chat. */
function ownFile(file: FileFacts | undefined, actor: Actor): FileFacts {
  if (!file || file.uploadedBy !== userIdOf(actor)) throw refusal('NOT_FOUND');
  if (file.size === 0 || !isWanted(file)) throw refusal('FILE_TYPE_NOT_ALLOWED');
  return file;
}

/** Nobody sends programs, nor one that is called a picture. */
const isWanted = (file: { readonly name: string; readonly mime: string }) => !isProgram(file.mime) && isAsNamed(file);

interface Talk {
  readonly standing: Standing;
  readonly conversation: Conversation;
}

/** Whether the caller takes part, or may answer a client; else the code of the refusal. */
function refusedIn({ standing, conversation }: Talk, actor: Actor, now: string): string | undefined {
  const closed = refusedAtTheDoor(standing, actor, conversation.organizationId);
  if (closed !== undefined) return closed;
  const { talkers, clientAccountId, kind } = conversation;
  const isTalker = talkers.some(
    ({ id, userId }) =>
      userId === userIdOf(actor) && (id === clientAccountId || (id === standing.staffId && standing.staff?.status === 'active')),
  );
  return isTalker || (kind === 'client' && allows(rightsOf(standing, actor, now), 'chat.dialogs:answer')) ? undefined : 'NOT_PARTICIPANT';
}

/** Who may open the files of a conversation: those who take part at present, and of a client's those who may answer. */
export const conversationReader: Policy<object, Conversation> = {
  name: 'participant; of clients, staff(chat.dialogs:answer)',
  needs: ({ state, actor }) => ({ standing: standingOf(state.organizationId || undefined, userIdOf(actor)) }),
  judge: ({ state, actor, now = '' }, answers) =>
    refusedIn({ standing: answers.standing as Standing, conversation: state }, actor, now) ?? 'allow',
};

/** `POST /v1/files?for=chat&conversationId=…`: judged before its bytes are kept. */
export const chatUpload: Upload = {
  needs: ({ conversationId }, actor) => followedIn(isUuid(conversationId) ? conversationId : undefined, actor),
  judge: (answers, _, actor, now) => {
    const talk = answers.talk as Talk;
    if (talk.conversation.status === 'none') return { refused: 'NOT_FOUND' };
    const refused = refusedIn(talk, actor, now);
    return refused === undefined ? { most: MOST_BYTES, takes: isWanted } : { refused };
  },
};

const followedIn = (conversationId: string | undefined, actor: Actor): Needs => ({
  talk: followedBy(
    { conversation: stateIn<Conversation>('conversation', conversationId) },
    ({ conversation }) => ({ standing: standingOf((conversation as Conversation).organizationId || undefined, userIdOf(actor)) }),
    (found) => found as object as Talk,
  ),
});
