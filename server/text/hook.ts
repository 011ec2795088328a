/** What a program sends to an incoming hook, in the shape that Slack takes. Everything else in it is ignored. */
type Payload = Record<string, unknown>;

/** What an incoming hook says, as the text of a message. @param payload in the shape of Slack */
export function hookText(payload: Payload): string {
  const lines = [textIn(payload.text), ...listIn(payload.attachments).map(attachmentText)].filter(Boolean);
  const said = lines.length > 0 ? lines : listIn(payload.blocks).map(blockText).filter(Boolean);
  const name = textIn(payload.username);
  return said.length > 0 && name ? `${name}: ${said.join('\n')}` : said.join('\n');
}

function attachmentText({ pretext, title, title_link: link, text, fallback }: Payload): string {
  const heading = [textIn(title), textIn(link)].filter(Boolean);
  const shown = [
    textIn(pretext),
    heading.length === 2 ? `${heading[0]} (${heading[1]})` : heading[0],
    textIn(text),
  ].filter(Boolean);
  return shown.length > 0 ? shown.join('\n') : textIn(fallback);
}

function blockText({ text, fields }: Payload): string {
  return [text, ...listIn(fields)]
    .map((part) => textIn((part as Payload | undefined)?.text))
    .filter(Boolean)
    .join('\n');
}

const textIn = (value: unknown): string => (typeof value === 'string' ? plain(value).trim() : '');

const listIn = (value: unknown): Payload[] =>
  Array.isArray(value)
    ? value.filter((item): item is Payload => typeof item === 'object' && item !== null)
    : [];

/** Slack writes links and names in `<>`, and `& < >` as entities. */
const plain = (text: string): string =>
  text
    .replace(
      /<([^<>|]+)(?:\|([^<>]*))?>/g,
      (all, target: string, label = '') => inPlace(target, label) ?? all,
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** What stands for a link or a name. Undefined if it is neither. */
function inPlace(target: string, label: string): string | undefined {
  if (/^[!@#]/.test(target)) return label || target.slice(1); // `@` ahead of it could mention somebody here
  const [, scheme, address = ''] = /^(https?:\/\/|mailto:)(.+)$/i.exec(target) ?? [];
  if (!scheme) return undefined;
  const shown = scheme.toLowerCase() === 'mailto:' ? address : target;
  return !label || label === shown ? shown : `${label} (${shown})`;
}
