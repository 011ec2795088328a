// The form for a file: shows what was chosen, pasted or dropped before anything is sent, and says if it will
// be refused. Without script, the next page shows it.
import { type ChosenFile, read } from './chosen-file.ts';
import { TOO_MANY_FILES } from './file-types.ts';
import { takeFiles } from './given-files.ts';

const input = document.querySelector<HTMLInputElement>('#file')!;
const asksToLook = document.querySelector<HTMLInputElement>('#look')!;
/** The picture has at most so many pixels: of a photo, all would take 200 MB. */
const LARGEST = { width: 768, height: 384 };

const make = (tag: string, attributes: Record<string, string>, ...children: (Node | string)[]) => {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  element.append(...children);
  return element;
};

const HOW = 'Here you see the file that you choose. You can paste it, too, or drop it here.';
const words = make('div', { role: 'status' }, make('p', {}, HOW));
const button = make('button', { type: 'button', class: 'quiet' }, 'Remove the file');
const place = make('div', { class: 'chosen' }, make('div', {}, words));

let turn = 0; // of several choices, the last one is shown
let hasTicked = false;

/** Has the next page show an image that this page cannot show. */
const askToLook = (isNeeded: boolean) => {
  if (isNeeded ? !asksToLook.checked : hasTicked) asksToLook.checked = hasTicked = isNeeded;
};

/** Takes away what the server said of the file before. */
const clearProblem = () => {
  document.querySelector('#file-problem')?.remove();
  document.querySelector('.problems [href="#file"]')?.parentElement!.remove();
  if (document.querySelector('.problems li')) return;
  document.querySelector('.problems')?.remove();
  document.title = document.title.replace(/^Error: /, '');
};

const draw = (image: ImageBitmap) => {
  const scale = Math.min(1, LARGEST.width / image.width, LARGEST.height / image.height);
  const canvas = make('canvas', {
    role: 'img',
    'aria-label': 'The image that you chose',
    width: String(Math.ceil(image.width * scale)),
    height: String(Math.ceil(image.height * scale)),
  }) as HTMLCanvasElement;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
};

/** What is said of a file: its name apart, because it may turn what stands around it. */
const describe = ({ name, details, refusal, isHidden }: ChosenFile) =>
  refusal
    ? make('p', { class: 'problem' }, 'Error: ', make('bdi', {}, name), ` will be refused. ${refusal}`)
    : make(
        'p',
        {},
        make('bdi', {}, name),
        ` (${details}) is chosen, and not sent yet.`,
        isHidden ? ' This browser cannot show it. The next page shows it, before it is sent.' : '',
      );

/** Shows the file that the field has, after `sayings`. */
const tryToShow = async (...sayings: Node[]) => {
  const own = ++turn;
  const file = input.files?.[0];
  const chosen = file && (await read(file));
  if (own !== turn) return chosen?.image?.close();
  askToLook(chosen?.isHidden === true);
  place.querySelector('canvas')?.remove();
  if (chosen?.image) place.append(draw(chosen.image));
  words.replaceChildren(...sayings, chosen ? describe(chosen) : make('p', {}, HOW));
  if (chosen) words.after(button);
  else button.remove();
  input.ariaInvalid = chosen?.refusal ? 'true' : null;
  if (chosen && !chosen.refusal) clearProblem();
};

/** After an error of ours, the page is as without script. */
const show = (...sayings: Node[]) => void tryToShow(...sayings).catch(() => place.remove());

const take = (files: FileList) => {
  if (files.length === 1) input.files = files;
  show(...(files.length > 1 ? [make('p', { class: 'problem' }, `Error: ${TOO_MANY_FILES}`)] : []));
};

/** Whether the browser has all that this needs. */
const isSupported = [
  self.createImageBitmap,
  self.TextDecoder,
  Blob.prototype.arrayBuffer,
  Element.prototype.append,
].every(Boolean);

if (isSupported) {
  button.onclick = () => {
    input.value = '';
    show(make('p', {}, 'The file was removed.'));
    input.focus();
  };
  input.addEventListener('change', () => show());
  takeFiles(take);
  addEventListener('pageshow', () => {
    if (input.files?.[0]) show(); // back on this page, some browsers still have it
  });
  input.after(place);
}
