// Firefox, and how it is started on a desktop.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bidi } from './bidi.ts';
import type { Desktop } from './desktop.ts';
import { until } from './until.ts';

/** Says nothing of itself, asks nobody for anything, and shows its tree to screen readers. */
const FIREFOX_PREFERENCES = {
  'accessibility.force_disabled': -1,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.preonboarding.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.translations.enable': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'datareporting.policy.dataSubmissionPolicyBypassNotification': true,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.prefs.recommended': false,
  'signon.rememberSignons': false,
  'termsofuse.bypassNotification': true,
  'toolkit.telemetry.enabled': false,
};

/** Starts a Firefox with a fresh profile at this address, and returns once it can be asked for its page. */
export async function startFirefox(desktop: Desktop, command: string, address: string): Promise<Bidi> {
  const profile = join(desktop.folder, 'profile');
  await mkdir(profile);
  const preferences = Object.entries(FIREFOX_PREFERENCES).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), preferences.join(''));
  const options = [
    '--no-remote',
    '--new-instance',
    '--remote-debugging-port',
    '0',
    '--profile',
    profile,
    '--width',
    '1280',
    '--height',
    '2000',
  ];
  const firefox = desktop.run(command, [...options, address], { MOZ_ENABLE_WAYLAND: '0' });
  let printed = '';
  firefox.stderr!.on('data', (chunk) => void (printed += chunk));
  const asked = await until('Firefox', () => /ws:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]);
  return Bidi.connect(asked);
}
