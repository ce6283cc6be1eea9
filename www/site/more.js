// A frame that is lower than its figure says so: the page around may not follow its height (frame.js).

const ROOM = 24; // CSS pixels that need no hint

/** Shows `hint` while more than a little of the page is below the frame's lower edge. */
export function hintAtMore(hint) {
  const page = document.documentElement;
  const update = () => (hint.hidden = page.scrollHeight - page.clientHeight - page.scrollTop < ROOM);
  for (const event of ["scroll", "resize"]) addEventListener(event, update, { passive: true });
  new ResizeObserver(update).observe(document.body);
}
