/** What `toYaml` writes: undefined is left out. */
export type Yaml = string | number | boolean | undefined | Yaml[] | { [key: string]: Yaml };

/**
 * Writes a value as YAML in block style. Each text is in double quotes, with the escapes of JSON, which YAML 1.2 has
 * too: so no text can be read as a number, a date or a key.
 * @param value a list, or an object whose keys are plain words
 */
export const toYaml = (value: Yaml): string => `${lines(value).join('\n')}\n`;

function lines(value: Yaml): string[] {
  if (Array.isArray(value)) return value.length > 0 ? value.flatMap(item) : ['[]'];
  if (typeof value !== 'object') return [scalar(value)];
  const pairs = Object.entries(value).filter(([, one]) => one !== undefined);
  return pairs.length > 0 ? pairs.flatMap(([key, one]) => pair(key, one)) : ['{}'];
}

const item = (value: Yaml): string[] =>
  lines(value).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));

function pair(key: string, value: Yaml): string[] {
  const [first, ...others] = lines(value);
  const isShort = typeof value !== 'object' || first === '[]' || first === '{}';
  return isShort ? [`${key}: ${first}`] : [`${key}:`, ...[first, ...others].map((line) => `  ${line}`)];
}

/** Signs that JSON leaves as they are, and YAML takes for the end of a line or refuses. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
const scalar = (value: string | number | boolean | undefined): string =>
  JSON.stringify(value ?? null).replace(
    UNSAFE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
