import { isImage, type FileType, type ShownAttachment } from './chat/attachment.ts';

/** An image or a file of a message, as everybody gets it, on a page and in JSON. */
export interface Attached {
  /** What it shows or says; empty where it is decorative. */
  description: string;
  decorative: boolean;
  /** The description with what is described, as `Image: the harbour at night`. */
  words: string;
  type: FileType;
  /** What the type is called. */
  format: string;
  /** In bytes. */
  size: number;
  /** Of an image, in pixels. */
  width: number | null;
  height: number | null;
  address: string;
  /** Where its sender betters the description. */
  descriptionAddress: string;
  /** When it was bettered last, ISO 8601 in UTC; null where it never was. */
  describedAt: string | null;
}

/** What each type is called, and what it is sent as. */
export const FORMATS: Record<FileType, { name: string; mediaType: string }> = {
  jpeg: { name: 'JPEG', mediaType: 'image/jpeg' },
  png: { name: 'PNG', mediaType: 'image/png' },
  gif: { name: 'GIF', mediaType: 'image/gif' },
  webp: { name: 'WebP', mediaType: 'image/webp' },
  pdf: { name: 'PDF', mediaType: 'application/pdf' },
  txt: { name: 'text', mediaType: 'text/plain; charset=utf-8' },
};

/** The attachment of an entry as it is shown. */
export function attached(
  { room, seq }: { room: { id: number }; seq: number },
  { name, type, size, width, height, description, describedAt }: ShownAttachment,
): Attached {
  const decorative = description === '';
  const place = `/rooms/${room.id}`;
  return {
    description,
    decorative,
    words: decorative ? 'Decorative image' : `${isImage(type) ? 'Image' : 'File'}: ${description}`,
    type,
    format: FORMATS[type].name,
    size,
    width: width ?? null,
    height: height ?? null,
    address: `${place}/files/${name}`,
    descriptionAddress: `${place}/messages/${seq}/description`,
    describedAt: describedAt?.toISOString() ?? null,
  };
}

/** `120 KB` */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
