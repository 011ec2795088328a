// The time zones that there are, by their present names.
// cspell:disable: the names are what they are.

/** Those that JavaScript still names as they were called before. */
const RENAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'Africa/Asmera': 'Africa/Asmara',
    'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'America/Catamarca': 'America/Argentina/Catamarca',
    'America/Coral_Harbour': 'America/Atikokan',
    'America/Cordoba': 'America/Argentina/Cordoba',
    'America/Godthab': 'America/Nuuk',
    'America/Indianapolis': 'America/Indiana/Indianapolis',
    'America/Jujuy': 'America/Argentina/Jujuy',
    'America/Louisville': 'America/Kentucky/Louisville',
    'America/Mendoza': 'America/Argentina/Mendoza',
    'Asia/Calcutta': 'Asia/Kolkata',
    'Asia/Katmandu': 'Asia/Kathmandu',
    'Asia/Rangoon': 'Asia/Yangon',
    'Asia/Saigon': 'Asia/Ho_Chi_Minh',
    'Atlantic/Faeroe': 'Atlantic/Faroe',
    'Europe/Kiev': 'Europe/Kyiv',
    'Pacific/Enderbury': 'Pacific/Kanton',
    'Pacific/Ponape': 'Pacific/Pohnpei',
    'Pacific/Truk': 'Pacific/Chuuk',
  }),
);

// cspell:enable
export const presentName = (zone: string): string => RENAMED.get(zone) ?? zone;

/** Those that users choose from, such as `Europe/Berlin`; UTC first. */
export const ZONES: readonly string[] = [
  ...new Set(['UTC', ...Intl.supportedValuesOf('timeZone').map(presentName).toSorted()]),
];

/** Those of a fixed number of hours, by the signs of POSIX: `Etc/GMT+12` is 12 hours behind UTC. A browser can be in one; nobody has to choose one. */
export const FIXED_ZONES: readonly string[] = Array.from({ length: 26 }, (_, index) =>
  index < 12 ? `Etc/GMT+${index + 1}` : `Etc/GMT-${index - 11}`,
);
