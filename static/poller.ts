// Polls the room each second while the page is open, shows why the user is no longer in the room, and
// tells the server when the page closes. The page of a conversation that the user is not in names another address.
import { field, form, showEnd } from './composer.ts';
import { log } from './log-elements.ts';
import { isNetworkError, request, token, watchConnection } from './connection.ts';
import { type Answer, address, announcer, isHistory, lastSeq, receive, room } from './log-view.ts';
import { showTitle } from './title.ts';

const { poll: outside } = log.dataset;
let timer = 0;
let failures = 0;
let isPolling = false;
let hasEnded = false;
let isClosing = false; // a poll would cancel that the page is closing
const showConnection = watchConnection(form, announcer);

export const poll = async () => {
  if (isPolling || hasEnded || isClosing) return;
  isPolling = true;
  clearTimeout(timer);
  try {
    const isUnseen = isHistory || log.dataset.gap || document.hidden;
    const path = outside ?? `/poll?room=${room}&`;
    const response = await request(`${path}${isUnseen ? 'unseen=1&' : ''}after=${lastSeq}`);
    // Too many requests, the server fails, or somebody else has answered, as the log-in page of a network.
    const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
    if (response.status > 428 || (response.status !== 204 && !isJson)) throw response;
    if (response.status > 204) {
      showEnded(await response.json());
      return;
    }
    if (response.status === 200) receive(await response.json());
    else if (response.status === 204) announcer.receive([]);
    failures = 0;
  } catch (error) {
    if (!(error instanceof Response || isNetworkError(error as Error))) return showBroken();
    failures += 1;
  } finally {
    isPolling = false;
  }
  showTitle();
  showConnection(failures < 2); // one alone may be a poll that the next page has ended
  timer = setTimeout(poll, Math.min(15, 2 ** failures * (outside ? 3 : 1)) * 1000);
};

/** After an error of ours: the page goes on as without script. */
const showBroken = () => {
  hasEnded = true;
  showEnd('New messages cannot be shown here.', address, 'Open the room again');
};

/** Shows why the user is no longer in the room, and links onward. What they typed is kept. */
const showEnded = ({ ended = '', message, error, location: next = '/rooms' }: Answer) => {
  hasEnded = true;
  if (/deleted|removed/.test(ended) && !field.value) {
    location.href = next; // that page says why
    return;
  }
  const canEnter = /^(left|away|moved)$/.test(ended);
  const [href, words] =
    ended === 'logged-out'
      ? [`/login?next=${address}`, 'Log in']
      : canEnter
        ? [address, 'Open the room again']
        : [next, 'Go to the list of rooms'];
  showEnd(message ?? error!.message, href, words);
};

/** Polls when the page is shown, and tells the server when it closes. */
export const startPolling = () => {
  let staysInRoom = false; // the last click was on a link to a page that belongs to being in the room
  addEventListener('pageshow', () => {
    isClosing = staysInRoom = false;
    void poll();
  });
  addEventListener('online', () => void poll());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void poll();
  });
  addEventListener('click', ({ target }) => {
    staysInRoom = (target as Element).closest('[data-stays]') !== null;
  });
  addEventListener('pagehide', () => {
    isClosing = true;
    if (!hasEnded && !staysInRoom)
      navigator.sendBeacon?.(`${address}/leave`, new URLSearchParams({ _csrf: token, closing: '1' }));
  });
};
