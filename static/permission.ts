// On the page of the choice: says whether this browser shows notifications, and has a button that asks for the
// permission. Only a page whose user has chosen notifications loads this.
const place = document.querySelector<HTMLElement>('#permission')!;

const tell = (words: string, act?: [name: string, run: () => unknown]) => {
  const line = document.createElement('p');
  line.textContent = words;
  place.replaceChildren(line);
  if (!act) return;
  const [name, run] = act;
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'quiet', textContent: name, onclick: run });
  place.append(button);
};

const CANNOT = 'This browser cannot show notifications of a page that is open.';

/** Some browsers have the interface, and fail. Without a permission, others show nothing here. */
const isAble = () => {
  try {
    return Boolean(new Notification(''));
  } catch {
    return false;
  }
};

const ask = async () => {
  await Notification.requestPermission();
  show();
};

let shown: Notification;
const test = () => {
  try {
    shown = new Notification('Plainchat', { body: 'This is how you are told.', tag: 'test' });
    shown.onclick = () => shown.close();
  } catch {
    tell(CANNOT);
  }
};

const show = () => {
  if (!isSecureContext) return tell('This browser shows notifications only of an address with https.');
  if (!self.Notification) return tell(CANNOT);
  const { permission } = Notification;
  if (permission === 'granted')
    tell('This browser shows notifications of Plainchat.', ['Show one now', test]);
  else if (permission === 'denied')
    tell(
      'This browser refuses notifications of Plainchat. You can allow them in its settings for this site.',
    );
  else if (isAble())
    tell('This browser does not show notifications of Plainchat yet.', ['Allow them in this browser', ask]);
  else tell(CANNOT);
};

show();
