// How the parts of a message stand beside each other in the log. The server uses it, too.
import type { Part } from './wording.ts';

const isText = (part?: Part) => part === 'text' || part === 'image';

/** What stands ahead of a part, after the part `last`. */
export const between = (last: Part | undefined, part: Part) => {
  if (!last) return '';
  if (isText(last)) return part === 'sender' ? ' from ' : ' ';
  if (isText(part)) return ': ';
  return part === 'to' && last === 'sender' ? ' ' : ', ';
};

export const countedLinks = (count: number) => `${count} link${count > 1 ? 's' : ''}`;
