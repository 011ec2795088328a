// Checks of JSON against the shape that a standard gives it. Each returns the paths of what is wrong.

export type Check = (value: unknown, path: string) => string[];

const when =
  (isRight: (value: unknown) => boolean): Check =>
  (value, path) =>
    isRight(value) ? [] : [path];

export const string: Check = when((value) => typeof value === 'string');
export const number: Check = when((value) => typeof value === 'number');
export const boolean: Check = when((value) => typeof value === 'boolean');
export const oneOf = (...names: unknown[]): Check => when((value) => names.includes(value));
export const matching = (pattern: RegExp): Check =>
  when((value) => typeof value === 'string' && pattern.test(value));

export const nullable =
  (check: Check): Check =>
  (value, path) =>
    value === null ? [] : check(value, path);
export const optional =
  (check: Check): Check =>
  (value, path) =>
    value === undefined ? [] : check(value, path);

export const list =
  (check: Check, least = 0): Check =>
  (value, path) =>
    Array.isArray(value) && value.length >= least
      ? value.flatMap((one, index) => check(one, `${path}.${index}`))
      : [path];

/** An object with these properties; it may have others. */
export const shape =
  (properties: Record<string, Check>): Check =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(properties).flatMap(([name, check]) =>
          check((value as Record<string, unknown>)[name], `${path}.${name}`),
        )
      : [path];

/** An object whose properties all pass the check. */
export const every =
  (check: Check): Check =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, one]) => check(one, `${path}.${name}`))
      : [path];
