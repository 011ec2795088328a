// The list of users in the room.
import { find, log, make } from './log-elements.ts';

/** Updates the list by a notice. */
export const updatePresent = ({
  kind,
  author,
  subject,
}: {
  kind: string;
  author: string;
  subject?: string;
}) => {
  const list = find('#present')!;
  const name = kind === 'removed' ? subject : author;
  if (/entered|left|removed/.test(kind))
    [...list.children].find((item) => item.querySelector('bdi')?.textContent === name)?.remove();
  if (kind !== 'entered') return;
  const shown = make('bdi', {}, author);
  const link = { href: `/people/${encodeURIComponent(author)}`, 'data-stays': '' };
  list.append(make('li', {}, log.dataset.room ? make('a', link, shown) : shown)); // those of the practice room have no page
};
