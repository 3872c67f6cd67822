import type { FileFacts } from '@letopis/kernel';
import { imageSize } from 'image-size';

const UNKNOWN_TYPE = 'application/octet-stream';

/** What a file is, found by its first bytes: the type, and of pictures the size that their header says. */
export async function kindOf(head: Buffer): Promise<Pick<FileFacts, 'mime' | 'width' | 'height'>> {
  // An ES module alone, and not to be required.
  const { fileTypeFromBuffer } = await import('file-type');
  const mime = (await fileTypeFromBuffer(head))?.mime ?? (isText(head) ? 'text/plain' : UNKNOWN_TYPE);
  if (!mime.startsWith('image/')) return { mime };
  try {
    const { width, height } = imageSize(head);
    return { mime, width, height };
  } catch {
    return { mime }; // a picture without a header that can be read has no size
  }
}

/** Texts have no magic bytes: they are what reads as UTF-8 and holds no control characters but those of lines and tabs. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  const text = new TextDecoder('utf-8').decode(head, { stream: true });

  return !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text);
}
