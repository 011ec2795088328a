// Chromium, and how it is started on a desktop.
import { join } from 'node:path';
import { Cdp } from './cdp.ts';
import type { Desktop } from './desktop.ts';
import { until } from './until.ts';

/** Says nothing of itself, asks nobody for anything, and shows its tree to screen readers. */
const OPTIONS = [
  '--force-renderer-accessibility',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-features=Translate,MediaRouter,OptimizationHints',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-sync',
  '--password-store=basic',
  '--use-mock-keychain',
  '--ozone-platform=x11',
  '--window-position=0,0',
  '--window-size=1280,2000',
  '--remote-debugging-port=0',
  '--test-type', // or it says that it has no sandbox
];

/** Starts a Chromium with a fresh profile at this address, and returns once it can be asked for its page. */
export async function startChromium(desktop: Desktop, command: string, address: string): Promise<Cdp> {
  const profile = `--user-data-dir=${join(desktop.folder, 'profile')}`;
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // it does not start otherwise
  const chromium = desktop.run(command, [...OPTIONS, ...asRoot, profile, address]);
  let printed = '';
  chromium.stderr!.on('data', (chunk) => void (printed += chunk));
  const port = await until('Chromium', () => /ws:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]);
  return Cdp.connect(`http://127.0.0.1:${port}`);
}
