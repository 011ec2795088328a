/** A value if the database is in this process, a promise of it if not. */
export type Awaitable<T> = T | Promise<T>;

/** Calls `next` synchronously when the value is already there: a promise would cost more than the rest of a poll. */
export function chain<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
