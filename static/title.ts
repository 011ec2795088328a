// The title of the page: how many messages came in unseen, and whether something went wrong.

/** A screen reader may speak every change of the title, so the count changes no more often than this. */
const APART_MS = 5000;

let titleWithoutCount = document.title;
let unseen = 0;
let isBelow = false;
let shownAt = -APART_MS; // by a clock that is never set back

/** Counts messages as unseen; returns how many there are now. */
export const addUnseen = (count: number) => (unseen += count);

/** Says whether the unseen messages are below what the window shows. */
export const setBelow = (isSo: boolean) => {
  isBelow = isSo;
};

/** Shows the count. It begins again at 0 if the user sees the page and nothing is below. */
export const showTitle = () => {
  if (!isBelow && !document.hidden && document.hasFocus()) unseen = 0;
  if (unseen && performance.now() - shownAt < APART_MS) return;
  shownAt = performance.now();
  document.title = (unseen ? `(${unseen}) ` : '') + titleWithoutCount;
};

/** Sets the name of the room, which the next `showTitle` shows. */
export const renameInTitle = (name: string) => {
  titleWithoutCount = titleWithoutCount.replace(/^(Error: )?.*(?= – Rooms)/, (_, error = '') => error + name);
};

/** Puts "Error: " before the title, as on the page of a refused form, or takes it away. */
export const showErrorInTitle = (isError: boolean) => {
  titleWithoutCount = titleWithoutCount.replace(/^(Error: )?/, isError ? 'Error: ' : '');
  if (isError) shownAt = -APART_MS;
  showTitle();
};
