// The form of a message: keeps a draft, posts without leaving the page, and shows problems.
import { isNetworkError, request } from './connection.ts';
import { helpTyping, muteHint } from './field.ts';
import { find, make, reader, tell } from './log-elements.ts';
import { type Answer, address, announcer, isHistory, lastSeq, receive, room } from './log-view.ts';
import { offerMentions } from './mentions.ts';
import { showErrorInTitle } from './title.ts';

// The page has these only if the user is in the room; only then chat.ts starts the composer.
export const form = find('#message') as HTMLFormElement;
export const field = find('#body') as HTMLTextAreaElement;
export const key = find('#key') as HTMLInputElement;

const draft = `draft ${room} ${reader}`;
/** "Sent" is said so long after the focus is back: what is said with it is lost. */
const SENT_MS = 400;
/** A message that is on its way for so long is told of. */
const SLOW_MS = 2000;
const LONGEST = 4000;
let sentBody: string | undefined; // the text last sent with this key
let isSending = false;
let onward: Node[] = [];

/** Shows the sentence as an alert, or takes away what was shown if it is empty. */
const showProblem = (sentence: string, isInvalid = false) => {
  for (const one of form.parentElement!.querySelectorAll('.problems, .problem')) one.remove();
  field.ariaInvalid = String(isInvalid);
  muteHint(field, isInvalid ? 'body-problem body-hint' : 'body-hint');
  showErrorInTitle(sentence !== '');
  if (sentence) {
    // A new element each time: an old one that is filled can be silent, and in Firefox so can an alert
    // inside of the element that is put in.
    const attributes = { class: 'problems', role: 'alert', id: 'body-problem' };
    form.prepend(make('div', attributes, make('p', {}, sentence)), ...onward);
    tell('trouble');
  }
};

/** Shows why the user is no longer in the room. The link stays with every later problem, beside the alert: in one, Firefox has it said twice. */
export const showEnd = (sentence: string, href: string, words: string) => {
  onward = [make('p', { class: 'onward' }, make('a', { href }, words))];
  showProblem(sentence);
};

/** Does something with the storage, if the browser has one, lets us use it, and it is not full. */
const store = (work: (storage: Storage) => void) => {
  try {
    work(sessionStorage);
  } catch {
    // without it, drafts are not kept
  }
};

/** Keeps the text, and the key it was sent with, through a reload, a login, or a crash of the page. */
const saveDraft = () =>
  store((storage) =>
    storage.setItem(draft, JSON.stringify([field.value, key.value, sentBody, field.defaultValue])),
  );
const dropDraft = () => store((storage) => storage.removeItem(draft));

const restoreDraft = () =>
  store((storage) => {
    const [text, savedKey, savedBody, base] = JSON.parse(storage.getItem(draft) ?? '[]');
    if (!text || field.value !== (base ?? '')) return; // the page has a newer text
    field.value = text;
    key.value = savedKey;
    sentBody = savedBody;
  });

const renewKey = () => {
  key.value = String(crypto.getRandomValues(new Uint32Array(4))).replaceAll(',', '-');
};

/** Has the browser send the form: after an error of ours. With the same key, the message is stored once. */
const sendNatively = (body = field.value, sentKey = key.value) => {
  field.value = body;
  key.value = sentKey;
  dropDraft(); // the next page keeps the text if the message was not sent
  HTMLFormElement.prototype.submit.call(form);
};

/** A hidden field: `reply` names the message that this one answers, `draft` says that a draft of the server filled the form. */
const hidden = (name: string) => form.querySelector<HTMLInputElement>(`[name=${name}]`);

/** Begins to post the text. */
const post = (body: string) =>
  request(form.action, {
    method: 'POST',
    body: JSON.stringify({
      body,
      key: key.value,
      after: lastSeq,
      reply: hidden('reply')?.value,
      draft: hidden('draft')?.value,
    }),
  });

/** Shows what the server answers to the message. If it refused it, `poll` shows a user who is logged out or no longer in the room how to go on. */
const show = (response: Response, answer: Answer, body: string, poll: () => Promise<void>): void => {
  showProblem(response.ok ? '' : `Could not send: ${answer.error!.message}`, response.status === 422);
  if (!response.ok) {
    void poll();
    return;
  }
  receive(answer);
  if (field.value === body) field.value = '';
  renewKey();
  hidden('reply')?.remove();
  hidden('draft')?.remove();
  find('#reply')?.remove();
  sentBody = undefined;
  field.dispatchEvent(new Event('input'));
  if (isHistory) location.href = `${address}?after=${answer.seq - 1}#new`; // the message is on another page
  else setTimeout(announcer.sent, SENT_MS);
};

const send = async (poll: () => Promise<void>) => {
  const body = field.value;
  if (sentBody !== undefined && sentBody !== body) renewKey(); // one key is one message
  sentBody = body;
  const sentKey = key.value;
  saveDraft();
  const posted = post(body); // what is thrown here is an error of ours, by whatever name
  let response: Response;
  let answer: Answer;
  try {
    response = await posted;
    answer = await response.json();
  } catch (error) {
    if (!isNetworkError(error as Error)) return sendNatively(body, sentKey);
    return showProblem('Could not send: the connection is lost. Your text is kept, press Send again.');
  }
  try {
    if (response.status === 409) sendNatively(body, sentKey); // the next page offers to enter and send
    else show(response, answer, body, poll);
  } catch {
    sendNatively(body, sentKey);
  }
};

/** Shows and says that a message is on its way, if it is for long. Returns what takes that away. */
export const showSending = () => {
  let words: Element | undefined;
  let timer: number | undefined;
  try {
    timer = setTimeout(() => {
      words = make('p', { class: 'status sending' }, 'Sending …');
      form.before(words);
      announcer.say('Sending', 'sending');
    }, SLOW_MS);
  } catch {
    // without timers, it is not shown
  }
  return () => {
    if (timer) clearTimeout(timer);
    words?.remove();
  };
};

/** A problem goes with its cause. */
const checkAgain = () => {
  const { length } = Array.from(field.value.trim());
  if (field.ariaInvalid === 'true' && length > 0 && length <= LONGEST) showProblem('');
};

export const startComposer = (poll: () => Promise<void>) => {
  form.addEventListener('submit', (event) => {
    if ((event.submitter as HTMLButtonElement | null)?.name === 'later') return dropDraft(); // the browser sends it, and the server keeps it
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    const hideSending = showSending();
    send(poll)
      .catch(() => sendNatively())
      .finally(() => {
        hideSending();
        isSending = false;
        field.focus();
      });
  });
  helpTyping(form, field, announcer);
  offerMentions(field, announcer);
  restoreDraft();
  field.addEventListener('input', saveDraft);
  field.addEventListener('input', checkAgain);
};
