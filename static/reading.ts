// Puts what the script appends to the log into the order that the user has chosen. Only pages of users who have
// chosen one load this; the server does the same for what the page comes with.
import { between, countedLinks } from './arrangement.ts';
import type { Part } from './wording.ts';

const log = document.querySelector<HTMLElement>('[data-reading]')!;
const { parts, notices, own }: { parts: Part[]; notices: boolean; own: boolean } = JSON.parse(
  log.dataset.reading!,
);

/** The sender with the words beside it: `ada (you)`. */
const senderOf = (author: Element) => {
  const sender = document.createElement('span');
  const beside: Node[] = [author];
  for (let node = author.nextSibling; node?.nodeType === 3; node = node.nextSibling) beside.push(node);
  sender.append(...beside);
  sender.lastChild!.textContent = sender.lastChild!.textContent!.replace(/,?\s*$/, '');
  return sender;
};

const arrange = (item: HTMLElement) => {
  if ('arranged' in item.dataset) return;
  item.dataset.arranged = '';
  item.inert = item.matches('.event') ? !notices : item.matches('.own') && !own;
  const [author, body] = [item.querySelector('.byline > .author'), item.querySelector('.body')];
  if (!author || !body || item.querySelector('.byline + .body > a[href*="show="]')) return; // a notice, an action, or folded
  const time = item.querySelector('time')!;
  const links = body.querySelectorAll('a[href^="http"]').length;
  const found: Record<Part, Node | string | false | null> = {
    to: item.querySelector('.reply'),
    time: time.closest('a') ?? time,
    text: body,
    image: item.querySelector('.attachment'),
    number: `number ${item.dataset.seq}`,
    links: links > 0 && countedLinks(links),
    sender: senderOf(author),
  };
  const nodes: (Node | string)[] = [];
  let last: Part | undefined;
  for (const part of parts) {
    const node = found[part];
    if (!node) continue;
    nodes.push(between(last, part), node);
    last = part;
  }
  if (!parts.includes('time')) {
    time.hidden = true;
    nodes.push(time); // scripts read it
  }
  item.replaceChildren(...nodes);
};

const arrangeAll = () => log.querySelectorAll<HTMLElement>('[data-seq]').forEach(arrange);
new MutationObserver(arrangeAll).observe(log, { childList: true, subtree: true });
arrangeAll();
