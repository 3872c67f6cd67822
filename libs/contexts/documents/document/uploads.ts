import { administers, isAsNamed, isUuid, refusedAtTheDoor, standingOf, stateOf, type Standing, type Upload } from '@letopis/kernel';
import { documentType, documentTypeIdOf, type DocumentType } from '../document-type/document-type';
import { takes } from './file-kinds';

const MEGABYTE = 1024 * 1024;

/**
 * `POST /v1/files?for=document&organizationId=…&typeCode=…`: the type is chosen first, and says how large a file may be and what
 * may be in it, before its bytes are kept.
 */
export const documentUpload: Upload = {
  needs: ({ organizationId, typeCode }, actor) => ({
    standing: standingOf(isUuid(organizationId) ? organizationId : undefined, actor.kind === 'user' ? actor.userId : undefined),
    type: stateOf(documentType, isUuid(organizationId) && typeCode ? documentTypeIdOf(organizationId, typeCode) : undefined),
  }),
  judge: (answers, _, actor) => {
    const { standing, type } = answers as { standing: Standing; type: DocumentType };
    const refused = refusedAtTheDoor(standing, actor);
    if (refused !== undefined) return { refused };
    // Whoever works here may bring a file: what becomes of it is judged by the command that names it.
    if (standing.staff?.status !== 'active' && !administers(standing, actor)) return { refused: 'FORBIDDEN' };
    if (type.status === 'none') return { refused: 'DOCUMENT_TYPE_REQUIRED' };
    if (type.status === 'archived') return { refused: 'DOCUMENT_TYPE_ARCHIVED' };
    return { most: type.maxSizeMb * MEGABYTE, takes: (file) => takes(type.allowedMime, file.mime) && isAsNamed(file) };
  },
};
