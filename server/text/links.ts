/** An address goes on up to a space, a quote, a long dash, a bracket of East Asian writing, an invisible character. Its host stands at its beginning. */
const SCHEME = /https?:\/\/(?!\/)/iuy;
const ADDRESS =
  /https?:\/\/[^\s<>"`\\\p{C}\p{Z}\u2014\u2015\u3001-\u301f\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3b\uff3d\uff5b-\uff65]+/iuy;
/** Before a letter of these, `http` is the end of another word, or of another scheme, as in `git+https:`. */
const IN_A_WORD = /[a-z0-9+-]$/i;
/** What ends a sentence around an address, and not the address. */
const ENDING = /[.,:;!?'*~|…–]|\p{Pi}|\p{Pf}|\p{Terminal_Punctuation}/u;
const BRACKETS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Returns where the address ends that begins at this place of a text; undefined if none begins there. */
export function endOfAddress(text: string, at: number): number | undefined {
  SCHEME.lastIndex = ADDRESS.lastIndex = at;
  if (!SCHEME.test(text) || IN_A_WORD.test(text.slice(Math.max(0, at - 1), at))) return undefined;
  const [run = ''] = ADDRESS.exec(text) ?? [];
  const address = withoutEnding(run, text[at - 1] === '_');
  return hostOf(address) ? at + address.length : undefined;
}

/** Returns the host that an address leads to; undefined if it is no address. */
export function hostOf(address: string): string | undefined {
  const host = URL.parse(address)?.host;
  return host && /[\p{L}\p{N}]/u.test(host) ? host : undefined;
}

/** Whether the address names a user before its host, so that it may look like one that leads to another host. */
export const namesUser = (address: string): boolean => Boolean(URL.parse(address)?.username);

/** Cuts off punctuation, and brackets that nothing in the address opens. */
function withoutEnding(run: string, isEmphasised: boolean): string {
  let end = run.length;
  const open = new Map<string, number>(); // closing brackets beyond the opening ones
  for (const [close, opening] of Object.entries(BRACKETS))
    open.set(close, run.split(close).length - run.split(opening).length);
  for (; end > 0; end -= 1) {
    const last = run[end - 1]!;
    const extra = open.get(last);
    if (extra !== undefined) {
      if (extra <= 0) break;
      open.set(last, extra - 1);
    } else if (!ENDING.test(last) && !(last === '_' && isEmphasised)) break;
  }
  return run.slice(0, end);
}
