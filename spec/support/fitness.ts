// What is held of every page as it is shown, in every mode in which people read.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { Assets } from '../../server/assets.ts';

/** Reads the style sheets, which are the same in each mode. */
const OF_SHEETS = 'css-orientation-lock';
const all = axe.getRules().map(({ ruleId }) => ruleId);
/** Of axe: each rule there is; those whose answer a mode can change; and those that ask only how a page looks. */
const RULES = {
  all,
  most: all.filter((rule) => rule !== OF_SHEETS),
  looks: [
    'color-contrast',
    'color-contrast-enhanced',
    'link-in-text-block',
    'scrollable-region-focusable',
    'target-size',
  ],
};

/** A way to look at a page. */
export interface Mode {
  name: string;
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  forcedColors?: 'active';
  contrast?: 'more';
  style?: 'y2k';
  /** Text twice as large, with the spacing of WCAG 1.4.12. */
  text?: 'wide';
  rules: keyof typeof RULES;
  /** Whether each stop of Tab is looked at. */
  isWalked?: boolean;
}

export const MODES: Mode[] = [
  { name: 'light', width: 1280, height: 800, colorScheme: 'light', rules: 'all', isWalked: true },
  { name: 'dark, 320 px wide', width: 320, height: 800, colorScheme: 'dark', rules: 'most' },
  {
    name: 'forced colours',
    width: 1280,
    height: 800,
    colorScheme: 'dark',
    forcedColors: 'active',
    rules: 'most',
  },
  {
    name: 'more contrast, 1280 by 800 at 400 %',
    width: 320,
    height: 200,
    colorScheme: 'light',
    contrast: 'more',
    rules: 'most',
    isWalked: true,
  },
  {
    name: 'text of 200 % with wide spacing',
    width: 1280,
    height: 800,
    colorScheme: 'light',
    text: 'wide',
    rules: 'looks',
  },
  {
    name: 'style of the 2000s, light',
    width: 1280,
    height: 800,
    colorScheme: 'light',
    style: 'y2k',
    rules: 'looks',
  },
  {
    name: 'style of the 2000s, dark, 320 px wide',
    width: 320,
    height: 800,
    colorScheme: 'dark',
    style: 'y2k',
    rules: 'looks',
    isWalked: true,
  },
];

const WIDE_TEXT =
  'html { font-size: 200% } * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }';
const y2k = new Assets().address('y2k.css');

/** What is wrong with a page in a mode. */
export async function unfit(page: Page, mode: Mode): Promise<string[]> {
  const { width, height, colorScheme, forcedColors = 'none', contrast = 'no-preference', rules } = mode;
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme, forcedColors, contrast });
  const found = await page.evaluate<string[]>(
    `(${look})(${JSON.stringify({ ...mode, y2k, wideText: WIDE_TEXT, rules: RULES[rules] })})`,
  );
  if (mode.isWalked) found.push(...(await page.evaluate<string[]>(`(${walk})()`)));
  return found;
}

// Both run in the page.

const look = `async ({ style, text, y2k, wideText, rules }) => {
  const root = document.documentElement;
  root.classList.toggle('y2k', style === 'y2k');
  document.querySelector('link[href="' + y2k + '"]')?.remove();
  if (style === 'y2k') {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: y2k });
    await new Promise((loaded) => { link.onload = loaded; document.head.append(link); });
  }
  const sheet = new CSSStyleSheet();
  if (text === 'wide') sheet.replaceSync(wideText);
  document.adoptedStyleSheets = [sheet];

  const { violations } = await axe.run({ runOnly: { type: 'rule', values: rules }, resultTypes: ['violations'], preload: rules.includes('${OF_SHEETS}') });
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? '')));
  const elements = [...document.body.querySelectorAll('*')].filter((one) => one.checkVisibility());
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
  say('moves', elements.filter((one) => getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none'));
  return found;
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
  let before;
  for (const stop of stops) {
    const say = (what) => wrong.push(what + ': ' + stop.outerHTML.slice(0, 120));
    stop.focus();
    if (document.activeElement !== stop) say('does not take the focus');
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(stop);
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) say('has the focus, and no ring');
    const [a, b] = [light(outlineColor), light(behind(stop))];
    if (Math.max(a, b) / Math.min(a, b) < 3) say('has a ring of too little contrast');
    const box = stop.getBoundingClientRect();
    if (box.width < 2 || box.bottom <= 0 || box.top >= innerHeight) say('has the focus out of sight');
    const at = document.elementFromPoint(box.left + Math.min(box.width, innerWidth) / 2, box.top + Math.min(box.height / 2, innerHeight - box.top - 1));
    if (at && !stop.contains(at) && !at.contains(stop) && !at.closest('label')) say('is covered by ' + at.outerHTML.slice(0, 60));
    // A link can go on in the next line: what comes after it follows its end.
    const [first, last] = [stop.getClientRects()[0], [...stop.getClientRects()].at(-1)];
    const [top, bottom] = [first.top + scrollY, first.bottom + scrollY];
    if (before && !stop.closest('.skip') && bottom <= before.top + 1) say('stands above what Tab comes from');
    if (before && top < before.bottom - 1 && bottom > before.top + 1 && first.left < before.left) say('stands left of what Tab comes from');
    before = { top: last.top + scrollY, bottom: last.bottom + scrollY, left: last.left };
  }
  return wrong;
}`;
