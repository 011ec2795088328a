import type { Browser } from './browser.ts';
import { Wire } from './wire.ts';

/** Asks a running Firefox by WebDriver BiDi. */
export class Bidi implements Browser {
  readonly title = /Firefox/;
  readonly #wire: Wire<Result>;

  private constructor(wire: Wire<Result>) {
    this.#wire = wire;
  }

  /** @param address as the browser prints it: `ws://127.0.0.1:PORT` */
  static async connect(address: string): Promise<Bidi> {
    const wire = await Wire.connect<Result>(`${address}/session`);
    await wire.ask('session.new', { capabilities: {} });
    return new Bidi(wire);
  }

  async text(expression: string): Promise<string> {
    const { result } = await this.#wire.ask('script.evaluate', {
      expression: `String(${expression})`,
      target: { context: await this.#context() },
      awaitPromise: false,
    });
    return result?.value ?? '';
  }

  async open(address: string): Promise<void> {
    await this.#wire.ask('browsingContext.navigate', {
      context: await this.#context(),
      url: address,
      wait: 'complete',
    });
  }

  close(): void {
    this.#wire.close();
  }

  async #context(): Promise<string | undefined> {
    const { contexts = [] } = await this.#wire.ask('browsingContext.getTree', { maxDepth: 0 });
    return contexts[0]?.context;
  }
}

interface Result {
  contexts: { context: string }[];
  result: { value?: string };
}
