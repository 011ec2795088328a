/** Questions to a browser and its answers, as WebDriver BiDi and the protocol of Chromium have them both. */
export class Wire<Result extends object> {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer<Result>) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer<Result>;
      this.#waiting.get(answer.id ?? 0)?.(answer);
    });
    socket.addEventListener('close', () => {
      for (const answer of this.#waiting.values()) answer({});
    });
  }

  static async connect<Result extends object>(address: string): Promise<Wire<Result>> {
    const socket = new WebSocket(address);
    await new Promise((on, fail) => {
      socket.addEventListener('open', on);
      socket.addEventListener('error', () => fail(new Error('The browser cannot be asked for its page.')));
    });
    return new Wire<Result>(socket);
  }

  /** The result; without anything in it where the browser cannot give it. */
  async ask(method: string, params: object): Promise<Partial<Result>> {
    if (this.#socket.readyState !== WebSocket.OPEN) return {};
    const id = (this.#count += 1);
    const answered = new Promise<Answer<Result>>((on) => this.#waiting.set(id, on));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result = {} } = await answered;
    this.#waiting.delete(id);
    return result;
  }

  close(): void {
    this.#socket.close();
  }
}

interface Answer<Result> {
  id?: number;
  result?: Partial<Result>;
}
