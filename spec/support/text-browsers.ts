import * as assert from 'uvu/assert';
import { type Size, Terminal } from './terminal.ts';

/** How a text browser is started, and which keys it takes to use what the screen shows. */
export interface TextBrowser {
  name: string;
  open(terminal: Terminal, address: string): void;
  goTo(address: string): string;
  /** The key for the end of the page. */
  bottom: string;
  /** The key for its beginning, in browsers that do not open every page there. */
  top: string;
  follow(screen: string, link: string): string;
  push(screen: string, button: string): string;
  fill(screen: string, label: string, text: string): string;
  /** The keys to see some lines more above; none where a field is found wherever it is. */
  above: string;
  /** What the screen says once a page is there, as the last thing. */
  idle: RegExp;
  /** What stands before the text in a field. */
  edge(label: string): string;
  /** The key to move off a field. */
  off: string;
  /** What it asks before it saves a file, and the keys that answer. */
  save: [prompt: string, keys: string][];
}

/** With a number before each link and field, the way that is used by ear. */
export const lynx: TextBrowser = {
  name: 'lynx',
  open(terminal, address) {
    const settings = [
      'ACCEPT_ALL_COOKIES:TRUE',
      'CHARACTER_SET:utf-8',
      'DEFAULT_KEYPAD_MODE:LINKS_AND_FIELDS_ARE_NUMBERED',
      'NO_PAUSE:TRUE',
      'PARTIAL:FALSE',
      'TEXTFIELDS_NEED_ACTIVATION:TRUE',
    ];
    terminal.open(`lynx -cfg=${terminal.write('lynx.cfg', settings.join('\n'))} '${address}'`);
  },
  goTo: (address) => `g${address}\r`,
  bottom: '\x05',
  top: '\x01',
  follow: (screen, link) => `${numberIn(screen, `\\[(\\d+)\\]${link}`)}\r`,
  push: (screen, button) => `${numberIn(screen, `\\(\\[(\\d+)\\]BUTTON\\) ${button}`)}\r\r`,
  fill: (screen, label, text) => `${fieldIn(screen, label)}g\r\r\x15${text}`,
  above: '',
  idle: /^(Commands: |\(|-- press space)/m,
  edge: () => ']',
  off: '\t',
  save: [
    ['application/epub', 'd'],
    ['Save to disk', '2\r'],
    ['filename', '\r'],
  ],
};

/** The fields of several lines. w3m opens an editor for them; links and elinks show them below their number. */
const LONG = ['Message', 'Description'];
const DOWN = '\x1b[B';
const LINE_UP = '\x10';
const PAGE_DOWN = '\x1b[6~';

/** With a number before each link, field and button. */
export const links: TextBrowser = {
  name: 'links',
  open(terminal, address) {
    // It welcomes users without a folder for settings, with a box over the page; Debian calls that .links2.
    terminal.open(
      `sh -c 'mkdir .links .links2 && exec links -no-connect -enable-cookies 1 -html-numbered-links 1 "${address}"'`,
    );
  },
  goTo: (address) => `g\x15${address}\r`,
  bottom: PAGE_DOWN.repeat(4),
  top: '',
  follow: (screen, link) => `${numberIn(screen, `\\[(\\d+)\\]${link}`)}\r`,
  push: (screen, button) => `${numberIn(screen, `[^]*\\[(\\d+)\\]${button}$`)}\r`,
  fill: (screen, label, text) => `${fieldIn(screen, label)}\r\x15${text}`,
  above: LINE_UP.repeat(6),
  idle: /^(?![^]*(Looking up|Making connection|Request sent|Received |\+---))/,
  edge: (label) => (LONG.includes(label) ? '   ' : ']'),
  off: PAGE_DOWN.repeat(4), // to the link at the end of the page: in a field, a number is text
  save: [
    ['[ Save ]', '\r'],
    ['Save to file', '\r'],
  ],
};

export const elinks: TextBrowser = {
  ...links,
  name: 'elinks',
  open(terminal, address) {
    terminal.write(
      'elinks.conf',
      'set document.browse.links.numbering = 1\nset document.browse.forms.confirm_submit = 0\n',
    );
    terminal.open(`elinks -no-connect 1 -config-dir "$HOME" '${address}'`);
  },
  follow: (screen, link) => `${links.follow(screen, link)}\r`,
  push: (screen, button) => `${links.push(screen, button)}\r`,
  fill: (screen, label, text) => `${fieldIn(screen, label)}\r\r\x15${text}`,
  idle: /^(?![^]*(Looking up|Making connection|Request sent|Received |┌───))/,
  off: DOWN,
  save: [
    ['[ Save ]', '\t\r'],
    ['Save to file', '\r'],
  ],
};

/** By search, from the end of the page; with a number before each link. What is typed as a message comes from an editor. */
export const w3m: TextBrowser = {
  name: 'w3m',
  open(terminal, address) {
    const editor = terminal.write('editor', '#!/bin/sh\ncat "$HOME/typed" > "$1"\n', 0o700);
    terminal.open(
      `w3m -no-mouse -cookie -o accept_cookie=1 -o confirm_qq=0 -o display_link_number=1 '${address}'`,
      { EDITOR: editor },
    );
  },
  goTo: (address) => `U\x15${address}\r`,
  bottom: 'G',
  top: 'g',
  follow: (screen, link) => `G?\\[${numberIn(screen, `\\[(\\d+)\\]${link}`)}\\]\r\r`,
  push: (_, button) => `G?${button}\r\r`,
  // From the end of the page; but the button below the field “Search” has the same name.
  fill: (_, label, text) =>
    `${label === 'Search' ? 'g/^Search *$' : `G?^${label}`}\r\t\r${LONG.includes(label) ? '' : `\x15${text}\r`}`,
  above: '',
  idle: /\nViewing <.*$/,
  edge: () => '[',
  off: '',
  save: [['Save file to:', '\r']],
};

/** The number of the field with this label. */
function fieldIn(screen: string, label: string): string {
  return numberIn(screen, `^ *${label} *(?:\\n[^]*?)?\\[(\\d+)\\]`);
}

function numberIn(screen: string, pattern: string): string {
  const number = new RegExp(pattern, 'm').exec(screen)?.[1];
  if (!number) throw new Error(`${pattern} is not on the screen:\n${screen}`);
  return number;
}

/** Somebody who reads in a text browser. Every step names a text that only the next page has. */
export class Reader {
  readonly #terminal: Terminal;
  readonly #browser: TextBrowser;

  constructor(browser: TextBrowser, size?: Size) {
    this.#browser = browser;
    this.#terminal = new Terminal(size);
  }

  get screen(): string {
    return this.#terminal.screen();
  }

  async open(address: string, expected: string): Promise<void> {
    this.#browser.open(this.#terminal, address);
    await this.#arrive(expected);
  }

  follow(link: string, expected: string): Promise<void> {
    return this.#go(this.#browser.follow(this.screen, link), expected);
  }

  push(button: string, expected: string): Promise<void> {
    return this.#go(this.#browser.push(this.screen, button), expected);
  }

  /** Types into the field with this label. */
  async fill(label: string, text: string): Promise<void> {
    this.#terminal.write('typed', text); // for an editor to find
    const { above } = this.#browser;
    if (above && !this.screen.includes(`\n   ${label}\n`)) {
      this.#terminal.press(above);
      await this.#terminal.waitFor(`\n   ${label}`);
    }
    this.#terminal.press(this.#browser.fill(this.screen, label, text));
    await this.#terminal.waitFor(
      this.#browser.edge(label) + (label === 'Password' ? text.replace(/./g, '*') : text.slice(0, 18)),
    );
    this.#terminal.press(this.#browser.off);
  }

  /** A file at a path of its own, to be chosen. */
  file(name: string, content: string | Uint8Array): string {
    return this.#terminal.write(name, content);
  }

  /** Follows a link to a file, and saves it. */
  async save(link: string, ending: string, isWhole: (content: Buffer) => boolean): Promise<void> {
    this.#terminal.press(this.#browser.follow(this.screen, link));
    for (const [prompt, keys] of this.#browser.save) {
      await this.#terminal.waitFor(prompt);
      this.#terminal.press(keys);
    }
    await this.#terminal.saved(ending, isWhole);
  }

  /** Presses keys as they are, and waits for what the screen then shows. */
  async press(keys: string, expected: string): Promise<void> {
    this.#terminal.press(keys);
    await this.#terminal.waitFor(expected, this.#browser.idle);
  }

  goTo(address: string, expected: string): Promise<void> {
    return this.#go(this.#browser.goTo(address), expected);
  }

  async top(expected: string): Promise<void> {
    this.#terminal.press(this.#browser.top);
    await this.#arrive(expected);
  }

  async bottom(expected: string): Promise<void> {
    this.#terminal.press(this.#browser.bottom);
    await this.#arrive(expected);
  }

  /** Waits for a text on the screen, which some browsers draw line by line. */
  sees(text: string | RegExp): Promise<void> {
    return typeof text === 'string' ? this.#terminal.waitFor(text) : this.#terminal.waitFor('', text);
  }

  misses(text: string): void {
    assert.not(this.screen.includes(text), `${text} is on the screen:\n${this.screen}`);
  }

  close(): Promise<void> {
    return this.#terminal.close();
  }

  async #go(keys: string, expected: string): Promise<void> {
    this.misses(expected);
    this.#terminal.press(keys);
    await this.#arrive(expected);
  }

  async #arrive(expected: string): Promise<void> {
    await this.#terminal.waitFor(expected, this.#browser.idle);
    assert.not.match(this.screen, /Loading|undefined|null|\[object|&\w+;/i);
    assert.not.match(this.screen, /[^\s([#]\[\d+\]/, 'a link follows another word without a blank');
  }
}
