// Files that are pasted or dropped, anywhere on the page.

/** Calls `use` with them. */
export const takeFiles = (use: (files: FileList) => void) => {
  const take = (event: Event, data: DataTransfer | null) => {
    // Office programs put a picture of a text beside it: then the text is meant.
    const isText = data?.types.includes('text/plain') && data.types.includes('text/html');
    if (!data?.files[0] || isText) return;
    event.preventDefault();
    use(data.files);
  };
  document.addEventListener('paste', (event) => take(event, event.clipboardData));
  document.addEventListener('drop', (event) => take(event, event.dataTransfer));
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault(); // so that it can be dropped
  });
};
