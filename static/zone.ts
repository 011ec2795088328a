// What every page does: tells the server the browser's time zone, in which the next page shows its times.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;

// htmx gives the focus back to the field that had it, and so has it read ahead of what is wrong or has happened.
document.addEventListener('htmx:before:swap', () => (document.activeElement as HTMLElement | null)?.blur());

// A form that htmx could not send tells so, or the browser sends it.
interface Sending {
  error?: Error;
  ctx?: { sourceElement?: Element; fetch?: typeof fetch; response?: { raw: Response } };
}
type SendingEvent = Event & { detail?: Sending };

/** Forms that htmx is sending. */
const busy = new WeakSet<Element>();
/** The form that the browser is sending. */
let submitted: Element | undefined;
/** What the network did to a request. All else is an error of ours, by whatever name. */
const lost = new WeakSet<Error>();

const submit = (form: HTMLFormElement) => {
  submitted = form;
  HTMLFormElement.prototype.submit.call(form);
};

addEventListener('pageshow', () => {
  submitted = undefined; // the user has come back
});

addEventListener('htmx:before:request', ({ detail }: SendingEvent) => {
  const ctx = detail!.ctx!;
  busy.add(ctx.sourceElement!);
  ctx.fetch = (...request) => {
    const answer = fetch(...request);
    answer.catch((error: Error) => /^(TypeError|AbortError)$/.test(error.name) && lost.add(error));
    return answer;
  };
});
addEventListener('htmx:finally:request', ({ detail }: SendingEvent) => {
  setTimeout(() => busy.delete(detail!.ctx!.sourceElement!)); // after the look below
});

// If nobody sends what the browser was kept from sending, the browser does.
addEventListener(
  'submit',
  (event) => {
    const form = event.target as HTMLFormElement;
    setTimeout(() => {
      if (event.defaultPrevented && form.hasAttribute('hx-post') && !busy.has(form) && submitted !== form)
        submit(form);
    });
  },
  true, // ahead of htmx, and so is the timer
);

addEventListener('htmx:error', ({ target, detail }: SendingEvent) => {
  const { error, ctx: { sourceElement = target as Element, response } = {} } = detail ?? {};
  const form = sourceElement.closest('form');
  const next = response?.raw.headers.get('HX-Redirect');
  if (next) {
    location.href = next; // it is done: a second post could do it twice
  } else if (form && !response && error && lost.has(error)) {
    form.querySelector('.problems')?.remove();
    const problem = document.createElement('div');
    problem.className = 'problems';
    problem.setAttribute('role', 'alert');
    problem.textContent = 'Could not send: the connection is lost. All is kept here, press the button again.';
    form.prepend(problem);
  } else if (form) {
    submit(form);
  }
});
