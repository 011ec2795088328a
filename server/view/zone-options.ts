import { presentName, ZONES } from '../text/zones.ts';

const OPTIONS = ZONES.map((zone) => `<option>${zone}</option>\n`).join('');
const KNOWN: ReadonlySet<string> = new Set(ZONES);

/** The options of all time zones as HTML, made once: only the selected one differs. */
export function zoneOptions(chosen: string | null | undefined): string {
  const name = chosen && presentName(chosen);
  if (!name || !KNOWN.has(name)) return OPTIONS;
  return OPTIONS.replace(`<option>${name}<`, `<option selected>${name}<`);
}
