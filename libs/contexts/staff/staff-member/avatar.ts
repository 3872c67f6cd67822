import { isBroughtBy, refOf, type Actor, type FileFacts, type FileRef } from '@letopis/kernel';
import { refusal } from '../errors';

const TYPES = ['image/jpeg', 'image/gif', 'image/png'];
const LARGEST = 65_536;
const SIDE = 80;

/** The picture that somebody uploaded, if it may be an avatar. What it is was found by its content. */
export function avatarOf(file: FileFacts | undefined, actor: Actor): FileRef {
  if (!file || !isBroughtBy(file, actor)) throw refusal('NOT_FOUND');
  const { mime, size, width, height } = file;
  if (!TYPES.includes(mime)) throw refusal('AVATAR_TYPE');
  if (size > LARGEST) throw refusal('AVATAR_TOO_LARGE');
  if (width !== SIDE || height !== SIDE) throw refusal('AVATAR_DIMENSIONS');
  return refOf(file);
}
