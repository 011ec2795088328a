import { ZONES } from '../chat/preferences.ts';

const OPTIONS = ZONES.map((zone) => `<option>${zone}</option>\n`).join('');
const KNOWN: ReadonlySet<string> = new Set(ZONES);

/** The options of all time zones as HTML, made once: only the selected one differs. */
export function zoneOptions(chosen: string | null | undefined): string {
  if (!chosen || !KNOWN.has(chosen)) return OPTIONS;
  return OPTIONS.replace(`<option>${chosen}<`, `<option selected>${chosen}<`);
}
