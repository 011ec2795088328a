// Offers the names that may follow an @ in the field of a message: those of who is here, and of who has written.
import type { Announcer } from './announcer.ts';
import { make, reader } from './log-elements.ts';

/** Offered names. */
const MOST = 5;
/** What is typed of a name so far, up to the caret. */
const TYPED = /(?:^|\s)[@＠](\S*)$/;

const namesBeginning = (typed: string) => {
  const known = [...document.querySelectorAll('#present a bdi, .log .author')].map((one) => one.textContent);
  return [...new Set(known)]
    .filter(
      (name) => name !== reader && !/\s/.test(name) && name.toLowerCase().startsWith(typed.toLowerCase()),
    )
    .slice(0, MOST);
};

/** Shows the names as buttons below the field, where Tab leads, and has them announced once typing stops. */
export const offerMentions = (field: HTMLTextAreaElement, announcer: Announcer) => {
  const list = make('p', { class: 'names' });
  field.after(list);
  const complete = (name: string, typed: string) => {
    const { selectionStart: caret } = field;
    field.setRangeText(`${name} `, caret - typed.length, caret, 'end');
    field.focus();
    field.dispatchEvent(new Event('input'));
  };
  field.addEventListener('input', () => {
    const typed = TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];
    const names = typed === undefined ? [] : namesBeginning(typed);
    list.replaceChildren(
      ...names.map((name) => {
        const button = make('button', { type: 'button', class: 'quiet' }, `@${name}`);
        button.onclick = () => complete(name, typed!);
        return button;
      }),
    );
    if (names[0]) announcer.say(`With Tab: ${names.join(', ')}`, 'names');
  });
};
