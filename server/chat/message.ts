import { hasVisible, lengthOf } from '../text/characters.ts';
import { storedText } from '../text/lines.ts';
import { requireWellFormed } from './checks.ts';
import type { EntryRecord, StoredFile } from './entry.ts';
import { Invalid } from './errors.ts';

const LONGEST_BODY = 4000;
const INVISIBLE = 'This message shows nothing: it has only invisible characters. ';
const KEY = /^[A-Za-z0-9_-]{8,64}$/;

export interface NewMessage {
  body: string;
  /** The client makes a new key for each message. */
  key: string;
  /** The seq of the message that it answers. */
  reply?: number | undefined;
  /** Whether its author need not be in the room. */
  isFromOutside?: boolean;
  /** With an attachment the text may be empty. */
  attachment?: StoredFile & { description: string };
  /** Whether a token posts it. */
  byToken?: boolean;
}

/** Returns the text as it is stored: line breaks as LF, trimmed; '' if it shows nothing and may be empty. @throws Invalid for `body` */
export function checkedBody(
  body: string,
  { mayBeEmpty = false, longest = LONGEST_BODY }: { mayBeEmpty?: boolean; longest?: number } = {},
): string {
  const text = storedText(body);
  requireWellFormed('body', text);
  if (!hasVisible(text)) {
    if (mayBeEmpty) return '';
    const wanted = `Write a message of 1 to ${count(longest)} characters, then send it.`;
    throw new Invalid({ body: text === '' ? wanted : INVISIBLE + wanted });
  }
  const length = lengthOf(text);
  if (length > longest) {
    throw new Invalid({
      body: `A message has at most ${count(longest)} characters, and this one has ${count(length)}. Shorten it, or send it in parts.`,
    });
  }
  return text;
}

export const isKey = (key: string): boolean => KEY.test(key);

/** Returns the key. @throws Invalid for `key` */
export function checkedKey(key: string): string {
  if (!isKey(key))
    throw new Invalid({
      key: 'The form has lost its key (8 to 64 letters, digits, - and _), so the message was not sent. Send it again.',
    });
  return key;
}

/** Whether a retry has the same text and description. A description that was changed since counts as the same. */
export function isSameMessage(
  entry: Pick<EntryRecord, 'body' | 'attachment'>,
  body: string,
  description?: string,
): boolean {
  if (entry.body !== storedText(body)) return false;
  return (
    description === undefined ||
    (entry.attachment != null &&
      (entry.attachment.describedAt != null || entry.attachment.description === description))
  );
}

const count = (characters: number): string => characters.toLocaleString('en');
