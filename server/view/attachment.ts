import { NAMES } from '../../static/file-types.ts';
import { isolated } from '../text/direction.ts';
import { isImage } from '../chat/attachment.ts';
import { type AttachmentRecord, type FileType } from '../chat/entry.ts';

/** An attachment for templates and JSON. */
export interface AttachmentView {
  /** Empty for a decorative image. */
  description: string;
  decorative: boolean;
  /** The description with its kind, as `Image: the harbour at night`. */
  words: string;
  type: FileType;
  /** The name of the type, as `JPEG`. */
  format: string;
  /** In bytes. */
  size: number;
  /** In pixels; null for a file. */
  width: number | null;
  height: number | null;
  /** The size at which pages show an image, in CSS pixels; they make it smaller only in a narrow window. */
  shown: { width: number; height: number } | null;
  address: string;
  /** The address of the form in which the author changes the description. */
  descriptionAddress: string;
  /** When the description was last changed, ISO 8601 in UTC; null if it never was. */
  describedAt: string | null;
}

export const FORMATS: Record<FileType, { name: string; mediaType: string }> = {
  jpeg: { name: NAMES.jpeg, mediaType: 'image/jpeg' },
  png: { name: NAMES.png, mediaType: 'image/png' },
  gif: { name: NAMES.gif, mediaType: 'image/gif' },
  webp: { name: NAMES.webp, mediaType: 'image/webp' },
  pdf: { name: NAMES.pdf, mediaType: 'application/pdf' },
  txt: { name: NAMES.txt, mediaType: 'text/plain; charset=utf-8' },
};

export function attachmentView(
  { room, seq }: { room: { id: number }; seq: number },
  { name, type, size, width, height, description, describedAt }: AttachmentRecord,
): AttachmentView {
  const decorative = description === '';
  const roomAddress = `/rooms/${room.id}`;
  return {
    description,
    decorative,
    words: decorative ? 'Decorative image' : `${isImage(type) ? 'Image' : 'File'}: ${isolated(description)}`,
    type,
    format: FORMATS[type].name,
    size,
    width: width ?? null,
    height: height ?? null,
    shown: width && height ? shownSize(width, height) : null,
    address: `${roomAddress}/files/${name}`,
    descriptionAddress: `${roomAddress}/messages/${seq}/description`,
    describedAt: describedAt?.toISOString() ?? null,
  };
}

/** No wider than the column, and no taller than most windows. */
const SHOWN = { width: 640, height: 384 };

/** The size of an image on pages, in CSS pixels. */
export function shownSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, SHOWN.width / width, SHOWN.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
