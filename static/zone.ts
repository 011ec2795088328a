// Tells the server in which time zone to show times, with the next page that is asked for.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;
