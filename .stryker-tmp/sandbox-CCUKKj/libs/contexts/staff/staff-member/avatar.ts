// @ts-nocheck
import type { Actor, FileFacts } from '@letopis/kernel';
import { refusal } from '../errors';
import type { FileRef } from './staff-member.events';

const TYPES = ['image/jpeg', 'image/gif', 'image/png'];
const LARGEST = 65_536;
const SIDE = 80;

/** The picture that somebody uploaded, if it may be an avatar. What it is was found by its content. */
export function avatarOf(file: FileFacts | undefined, actor: Actor): FileRef {
  const isOwn = actor.kind === 'system' || (actor.kind === 'user' && file?.uploadedBy === actor.userId);
  if (!file || !isOwn) throw refusal('NOT_FOUND');
  const { fileId, name, mime, size, sha256, width, height } = file;
  if (!TYPES.includes(mime)) throw refusal('AVATAR_TYPE');
  if (size > LARGEST) throw refusal('AVATAR_TOO_LARGE');
  if (width !== SIDE || height !== SIDE) throw refusal('AVATAR_DIMENSIONS');
  return { fileId, name, mime, size, sha256 };
}
