import type { Browser } from './browser.ts';
import { until } from './until.ts';
import { Wire } from './wire.ts';

/** Asks a running Chromium by its own protocol. */
export class Cdp implements Browser {
  readonly title = /(Chromium|Google Chrome)$/;
  readonly #wire: Wire<Result>;

  private constructor(wire: Wire<Result>) {
    this.#wire = wire;
  }

  /** @param origin of its protocol: `http://127.0.0.1:PORT` @throws with a sentence where it has no windows */
  static async connect(origin: string): Promise<Cdp> {
    const { Browser: name = '' } = (await (await fetch(`${origin}/json/version`)).json()) as Version;
    if (name.startsWith('Headless'))
      throw new Error(
        'This Chromium has no windows (it is built as “headless shell”), so no screen reader sees it. Set CHROMIUM to the path of another one, or use --browser firefox.',
      );
    const address = await until('page in Chromium', async () => {
      const targets = (await (await fetch(`${origin}/json/list`)).json()) as Target[];
      return targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
    });
    return new Cdp(await Wire.connect<Result>(address));
  }

  async text(expression: string): Promise<string> {
    const { result } = await this.#wire.ask('Runtime.evaluate', { expression: `String(${expression})` });
    return result?.type === 'string' ? (result.value ?? '') : '';
  }

  async open(address: string): Promise<void> {
    await this.#wire.ask('Page.navigate', { url: address });
    await until(
      'whole page in Chromium',
      async () => (await this.text('document.readyState')) === 'complete',
    );
  }

  close(): void {
    this.#wire.close();
  }
}

interface Version {
  Browser?: string;
}

interface Target {
  type: string;
  webSocketDebuggerUrl: string;
}

interface Result {
  result: { type: string; value?: string };
}
