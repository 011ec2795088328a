// The order matters: most browsers also claim to be those further down.
const BROWSERS: [RegExp, string][] = [
  [/^Lynx\//i, 'lynx'],
  [/^w3m\//i, 'w3m'],
  [/^ELinks\b/i, 'ELinks'],
  [/^Links\b/i, 'Links'],
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bDarwin\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** Returns the browser of a User-Agent header as users know it: `Firefox on Windows`, `lynx`, `An unknown browser`. */
export function browserInWords(userAgent: string): string {
  const [browser, system] = [BROWSERS, SYSTEMS].map(
    (patterns) => patterns.find(([pattern]) => pattern.test(userAgent))?.[1],
  );
  return `${browser ?? 'An unknown browser'}${system ? ` on ${system}` : ''}`;
}
