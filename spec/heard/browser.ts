// A browser in which a screen reader is heard. It is asked for its page without a key and without the focus.
export interface Browser {
  /** What the titles of its windows have in them. */
  readonly title: RegExp;
  /** What an expression is on the page in front: a text; empty while there is no page. */
  text(expression: string): Promise<string>;
  /** Opens a page, and returns once all of it has come. */
  open(address: string): Promise<void>;
  close(): void;
}
