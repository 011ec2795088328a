/** Asks the page of a running browser by WebDriver BiDi, which sends no key and moves no focus. */
export class Bidi {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      this.#waiting.get(answer.id ?? 0)?.(answer);
    });
  }

  /** @param address as the browser prints it: `ws://127.0.0.1:PORT` */
  static async connect(address: string): Promise<Bidi> {
    const socket = new WebSocket(`${address}/session`);
    await new Promise((on, fail) => {
      socket.addEventListener('open', on);
      socket.addEventListener('error', () => fail(new Error('The browser cannot be asked for its page.')));
    });
    const bidi = new Bidi(socket);
    await bidi.#ask('session.new', { capabilities: {} });
    return bidi;
  }

  /** What an expression is on the page in front: a text; empty while there is no page. */
  async text(expression: string): Promise<string> {
    const { contexts = [] } = await this.#ask('browsingContext.getTree', { maxDepth: 0 });
    const answer = await this.#ask('script.evaluate', {
      expression: `String(${expression})`,
      target: { context: contexts[0]?.context },
      awaitPromise: false,
    });
    return answer.result?.value ?? '';
  }

  /** Opens a page, and returns once all of it has come. */
  async open(address: string): Promise<void> {
    const { contexts = [] } = await this.#ask('browsingContext.getTree', { maxDepth: 0 });
    await this.#ask('browsingContext.navigate', {
      context: contexts[0]?.context,
      url: address,
      wait: 'complete',
    });
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object): Promise<Result> {
    const id = (this.#count += 1);
    const answered = new Promise<Answer>((on) => this.#waiting.set(id, on));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result = {} } = await answered;
    this.#waiting.delete(id);
    return result;
  }
}

interface Result {
  contexts?: { context: string }[];
  result?: { value?: string };
}

interface Answer {
  id?: number;
  result?: Result;
}
