// What is held of every page as it is shown, in every mode in which people read.
import axe from 'axe-core';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

/** Those rules of axe whose answer a width, a colour or a size can change. */
const APPEARANCE = [
  'color-contrast',
  'color-contrast-enhanced',
  'link-in-text-block',
  'scrollable-region-focusable',
  'target-size',
];
/** It reads the style sheets alone, which all pages share. */
const OF_STYLE_SHEETS = 'css-orientation-lock';
/** The style sheets hide nothing by width, height or colour: these find the same in every mode. */
const STRUCTURE = axe
  .getRules()
  .map(({ ruleId }) => ruleId)
  .filter((rule) => !APPEARANCE.includes(rule) && rule !== OF_STYLE_SHEETS);

/** The success criteria of WCAG on which the rules of axe bear, each with their names. */
export function rulesByCriterion(): Record<string, string[]> {
  const pairs = axe.getRules().flatMap(({ ruleId, tags }) =>
    tags.flatMap((tag) => {
      const digits = /^wcag(\d)(\d)(\d+)$/.exec(tag);
      return digits ? [[digits.slice(1).join('.'), ruleId] as const] : [];
    }),
  );
  const criteria = [...new Set(pairs.map(([criterion]) => criterion))].toSorted((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return Object.fromEntries(
    criteria.map((one) => [one, pairs.flatMap(([criterion, rule]) => (criterion === one ? [rule] : []))]),
  );
}

/** A way to look at a page. */
export interface Mode {
  name: string;
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  forcedColors?: 'active';
  contrast?: 'more';
  style?: 'y2k' | 'terminal';
  /** Text twice as large, with the spacing of WCAG 1.4.12. */
  text?: 'wide';
  /** Whether what is the same in every mode is looked at. */
  isStructural?: boolean;
  /** Whether each stop of Tab is looked at. */
  isWalked?: boolean;
  /** Whether a page is looked at only if it has an element whose place is new: colours and sizes are those of another mode. */
  isBrief?: boolean;
}

const LARGE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 800 };

/** Those of one size follow each other: a page is laid out again for each size. */
export const MODES: Mode[] = [
  { name: 'light', ...LARGE, colorScheme: 'light', isStructural: true, isWalked: true },
  { name: 'text of 200 % with wide spacing', ...LARGE, colorScheme: 'light', text: 'wide' },
  { name: 'style of the 2000s, light', ...LARGE, colorScheme: 'light', style: 'y2k' },
  { name: 'style Terminal', ...LARGE, colorScheme: 'light', style: 'terminal', isBrief: true },
  {
    name: 'style Terminal, forced colours',
    ...LARGE,
    colorScheme: 'dark',
    forcedColors: 'active',
    style: 'terminal',
    isBrief: true,
  },
  { name: 'forced colours', ...LARGE, colorScheme: 'dark', forcedColors: 'active' },
  { name: 'dark, 320 px wide', ...NARROW, colorScheme: 'dark' },
  {
    name: 'style of the 2000s, dark, 320 px wide',
    ...NARROW,
    colorScheme: 'dark',
    style: 'y2k',
    isWalked: true,
  },
  {
    name: 'more contrast, 1280 by 800 at 400 %',
    width: 320,
    height: 200,
    colorScheme: 'light',
    contrast: 'more',
    isWalked: true,
  },
  {
    name: 'style Terminal, 1280 by 800 at 400 %',
    width: 320,
    height: 200,
    colorScheme: 'light',
    style: 'terminal',
    isBrief: true,
  },
];

const WIDE_TEXT =
  'html { font-size: 200% } * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }';
const [y2k, terminal] = ['y2k', 'terminal'].map((name) =>
  readFileSync(new URL(`../../static/${name}.css`, import.meta.url), 'utf8'),
) as [string, string];
const SHEETS = { y2k: [y2k], terminal: [y2k, terminal] };

/** axe itself, to be run in the page. */
const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/**
 * What axe has looked at in a mode. An element is known by its place: its tag, class, state and attributes,
 * and those of all that it stands in, by which the style sheets choose colours; a page by its outline: the
 * order of its landmarks, headings and forms. One of each is enough; sizes are measured on every page.
 */
const places = new Map<Mode, Set<number>>(MODES.map((mode) => [mode, new Set()]));

/** What is wrong with a page in a mode. */
export async function unfit(page: Page, mode: Mode): Promise<string[]> {
  const { width, height, colorScheme, forcedColors = 'none', contrast = 'no-preference' } = mode;
  const size = page.viewportSize();
  if (size?.width !== width || size.height !== height) await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, forcedColors, contrast });
  const known = places.get(mode)!;
  const given = {
    sheets: [...(mode.style ? SHEETS[mode.style] : []), ...(mode.text === 'wide' ? [WIDE_TEXT] : [])],
    style: mode.style,
    isBrief: mode.isBrief,
    structure: mode.isStructural ? [...STRUCTURE, ...(known.size === 0 ? [OF_STYLE_SHEETS] : [])] : [],
    appearance: APPEARANCE,
    known: [...known],
  };
  const run = () =>
    page.evaluate<{ found: string[]; fresh: number[] } | 'axe is missing'>(
      `(${look})(${JSON.stringify(given)}, ${mode.isWalked ? walk : '() => []'})`,
    );
  let outcome = await run();
  if (outcome === 'axe is missing') {
    await page.evaluate(AXE);
    outcome = await run();
  }
  if (outcome === 'axe is missing') throw new Error('axe does not run in the page.');
  for (const place of outcome.fresh) known.add(place);
  return outcome.found;
}

// Both run in the page.

const look = `async ({ sheets, style, isBrief, structure, appearance, known }, walk) => {
  const root = document.documentElement;
  const seen = new Set(known);
  const places = new Map([[root, 0]]);
  const hash = (text, start = 0) => [...text].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, start);
  const state = /^(class|role|type|aria-(current|invalid|hidden))$/;
  const placeOf = (one) => {
    const parts = [...one.attributes].map(({ name, value }) => state.test(name) ? name + '=' + value : name).sort();
    places.set(one, hash(one.tagName + parts, places.get(one.parentElement)));
  };
  const all = [...document.body.querySelectorAll('*')];
  all.forEach(placeOf);
  if (isBrief && all.every((one) => seen.has(places.get(one)))) return { found: [], fresh: [] };
  root.classList.toggle('y2k', style !== undefined);
  root.classList.toggle('terminal', style === 'terminal');
  document.adoptedStyleSheets = sheets.map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  scrollTo(0, root.scrollHeight); // where a room opens: elsewhere its form covers a part of a link, until that has the focus

  const elements = all.filter((one) => one.checkVisibility());
  const isRead = (one) => one.matches('input, select, textarea, button, img') || [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const fresh = new Map(elements.filter((one) => !seen.has(places.get(one))).map((one) => [places.get(one), one]));
  const parts = [...document.body.querySelectorAll('header, nav, main, footer, aside, section, form, fieldset, iframe, table, h1, h2, h3, h4, [role]')].map(({ tagName }) => tagName);
  const outline = hash(String(parts.filter((part, index) => part !== parts[index - 1])), 1);
  const isNew = fresh.size > 0 || !seen.has(outline);
  const read = [...fresh.values()].filter(isRead);
  if (((structure.length > 0 && isNew) || read.length > 0) && !window.axe) return 'axe is missing';
  const found = [];
  const audit = async (context, values) => {
    const { violations } = await axe.run(context, { runOnly: { type: 'rule', values }, resultTypes: ['violations'], preload: values.includes('css-orientation-lock') });
    found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? ''))));
  };
  if (structure.length > 0 && isNew) await audit(document, structure);
  if (read.length > 0) await audit({ include: read }, appearance);
  const say = (what, wrong) => wrong.forEach((one) => found.push(what + ': ' + one.outerHTML.slice(0, 200)));
  const isClipped = (one) => one.getBoundingClientRect().width <= 1;
  const isAlone = (link) => link.closest('p, li, h1, h2, h3').textContent.trim() === link.textContent.trim();
  const targets = elements.filter((one) => one.matches('button, .button, select, textarea, input:not([type="hidden"], [type="radio"], [type="checkbox"]), :is([type="radio"], [type="checkbox"]) + label') || (one.matches('a') && isAlone(one)));
  say('smaller than 44 px', targets.filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return !isClipped(one) && (height < 44 || width < 44);
  }));
  if (root.scrollWidth > innerWidth) found.push('wider than the window: ' + root.scrollWidth);
  say('cut off', elements.filter((one) => one.matches('button, .button, label, legend, th, h1, h2, h3, p') && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline' && !isClipped(one)));
  say('moves', [...fresh.values()].filter((one) => getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none'));
  return { found: [...found, ...walk()], fresh: [...(isBrief ? places.values() : fresh.keys()), outline] };
}`;

const walk = `() => {
  const wrong = [];
  const groups = new Set();
  const stops = [...document.querySelectorAll('a[href], button, input:not([type="hidden"]), select, textarea, summary, iframe, [tabindex="0"]')].filter((one) => {
    if (!one.checkVisibility() || one.disabled || one.tabIndex < 0) return false;
    if (one.type !== 'radio') return true;
    const isStop = one.checked || (!document.querySelector('[name="' + one.name + '"]:checked') && !groups.has(one.name));
    groups.add(one.name);
    return isStop;
  });
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const behind = (one) => {
    for (let element = one.parentElement; element; element = element.parentElement) {
      const { backgroundColor } = getComputedStyle(element);
      if (!/, 0\\)$/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  // What scrolls in a box of its own is compared within that box.
  const boxOf = (one) => {
    let box = one.parentElement;
    while (box && !(box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
    return box;
  };
  let before;
  for (const stop of stops) {
    const say = (what) => wrong.push(what + ': ' + stop.outerHTML.slice(0, 120));
    stop.focus();
    if (document.activeElement !== stop) say('does not take the focus');
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(stop);
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) say('has the focus, and no ring');
    const [a, b] = [light(outlineColor), light(behind(stop))];
    if (Math.max(a, b) / Math.min(a, b) < 3) say('has a ring of too little contrast');
    const seen = stop.getBoundingClientRect();
    if (seen.width < 2 || seen.bottom <= 0 || seen.top >= innerHeight) say('has the focus out of sight');
    const at = document.elementFromPoint(seen.left + Math.min(seen.width, innerWidth) / 2, seen.top + Math.min(seen.height / 2, innerHeight - seen.top - 1));
    if (at && !stop.contains(at) && !at.contains(stop) && !at.closest('label')) say('is covered by ' + at.outerHTML.slice(0, 60));
    // A link can go on in the next line: what comes after it follows its end.
    const [first, last] = [stop.getClientRects()[0], [...stop.getClientRects()].at(-1)];
    const box = boxOf(stop);
    const scrolled = scrollY + (box && box !== document.documentElement ? box.scrollTop : 0);
    const [top, bottom] = [first.top + scrolled, first.bottom + scrolled];
    if (before && before.box !== box) before = undefined;
    if (before && !stop.closest('.skip') && bottom <= before.top + 1) say('stands above what Tab comes from');
    if (before && top < before.bottom - 1 && bottom > before.top + 1 && first.left < before.left) say('stands left of what Tab comes from');
    before = { box, top: last.top + scrolled, bottom: last.bottom + scrolled, left: last.left };
  }
  return wrong;
}`;
