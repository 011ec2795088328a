// The list of who is in the room.
import { find, make } from './log.ts';

/** Brings the list up to date with a notice. */
export const present = ({ kind, author, subject }: { kind: string; author: string; subject?: string }) => {
  const list = find('#present')!;
  const name = kind === 'removed' ? subject : author;
  if (/entered|left|removed/.test(kind))
    [...list.children].find((item) => item.textContent === name)?.remove();
  if (kind === 'entered') list.append(make('li', {}, make('bdi', {}, author)));
};
