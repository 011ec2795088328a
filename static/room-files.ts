// A file that is pasted or dropped in a room: the next page shows it, and asks for its words. What is typed
// stays in the field.
import { form, key, showSending } from './composer.ts';
import { token } from './connection.ts';
import { takeFiles } from './given-files.ts';
import { make } from './log-elements.ts';
import { address, lastSeq } from './log-view.ts';

const action = `${address}/attachments`;

const sendFiles = (files: FileList) => {
  const fields = { _csrf: token, key: key.value, after: String(lastSeq), asks: '1', look: '1' };
  const input = make('input', { type: 'file', name: 'file', multiple: '' }) as HTMLInputElement;
  input.files = files;
  const button = make('button', {});
  const sent = make(
    'form',
    { method: 'post', enctype: 'multipart/form-data', action, 'data-stays': '' },
    ...Object.entries(fields).map(([name, value]) => make('input', { type: 'hidden', name, value })),
    input,
    button,
  );
  document.body.append(sent);
  button.click();
  sent.remove();
  addEventListener('pagehide', showSending(), { once: true });
};

/** Sends files from the form of a room; that of a conversation which the user is not in takes none. */
export const startTakingFiles = () => {
  if (form.action.endsWith(`${address}/messages`)) takeFiles(sendFiles);
};
