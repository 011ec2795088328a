// The page of a room: starts what keeps the log up to date and posts without leaving the page. Without
// script, the page works by its links and forms.
import { startComposer } from './composer.ts';
import { find, isSupported, log, showTime, timeZone } from './log-elements.ts';
import { announcer, openLog, repeat, startLog } from './log-view.ts';
import { holdAnnouncements, offerPause } from './pause.ts';
import { poll, startPolling } from './poller.ts';
import { startTakingFiles } from './room-files.ts';

if (isSupported) {
  startLog();

  if (find('#message')) {
    find('#check')?.remove();
    startComposer(poll);
    startTakingFiles();
    offerPause(find('#announcements')!, announcer, repeat);
    holdAnnouncements(announcer);
    startPolling();
  }

  log.querySelectorAll('[data-seq]').forEach(showTime);
  find('#zone')!.textContent =
    `Times are in ${Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone}.`;
  openLog(); // when everything has its size
}
