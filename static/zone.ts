// What every page does: tells the server the browser's time zone, in which the next page shows its times.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;

// htmx gives the focus back to the field that had it, and so has it read ahead of what is wrong or has happened.
document.addEventListener('htmx:before:swap', () => (document.activeElement as HTMLElement | null)?.blur());

// A form that htmx could not send tells so, or the browser sends it.
interface Failed {
  error?: Error;
  ctx?: { sourceElement?: Element; response?: { raw: Response } };
}

addEventListener('htmx:error', ({ target, detail }: Event & { detail?: Failed }) => {
  const { error, ctx: { sourceElement = target as Element, response } = {} } = detail ?? {};
  const form = sourceElement.closest('form');
  const next = response?.raw.headers.get('HX-Redirect');
  if (next) {
    location.href = next; // it is done: a second post could do it twice
  } else if (form && !response && /^(TypeError|AbortError)$/.test(error?.name ?? '')) {
    form.querySelector('.problems')?.remove();
    const problem = document.createElement('div');
    problem.className = 'problems';
    problem.setAttribute('role', 'alert');
    problem.textContent = 'Could not send: the connection is lost. All is kept here, press the button again.';
    form.prepend(problem);
  } else if (form) {
    HTMLFormElement.prototype.submit.call(form);
  }
});
