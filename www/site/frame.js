// The protocol between embed.html and the page around it, by postMessage. EMBED.md documents it.
//
// To the page: {source: "flow-lab", type: "ready"}
//              {source: "flow-lab", type: "size", height}   CSS pixels that the figure needs at its width
//              {source: "flow-lab", type: "state", state}   after a person changed something; as it stands in a link
// From it:     {target: "flow-lab", type: "set", state}     the same text; what it does not name stays; theme=… too
//
// Only one origin is spoken to and heard: what the hash says by parent=…, or else the page that opened the frame.

/** The origin of the page around, or null: none, or it does not say. */
function around(parent) {
  if (window.parent === window) return null;
  if (parent) return parent;
  const opened = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  return opened && opened !== "null" ? opened : null;
}

/** Connects to the page around, if there is one; `set(state, {keep})` takes what it sets. Returns {state(text)}. */
export function connect({ parent, element, set }) {
  const origin = around(parent);
  if (!origin) return { state() {} };
  const tell = (type, more) => window.parent.postMessage({ source: "flow-lab", type, ...more }, origin);
  let height = 0;
  let ready = false;
  const measure = () => {
    const now = Math.ceil(document.body.getBoundingClientRect().height);
    if (ready && now !== height) tell("size", { height: (height = now) }); // before, it needs no room yet
  };
  new ResizeObserver(measure).observe(document.body);
  element.addEventListener("flow-lab-ready", () => {
    ready = true;
    tell("ready");
    measure();
  });
  window.addEventListener("message", ({ data, origin: from, source }) => {
    if (from !== origin || source !== window.parent || data?.target !== "flow-lab") return;
    if (data.type === "set" && typeof data.state === "string" && data.state.length < 50_000) set(data.state, { keep: true });
  });
  return { state: (text) => tell("state", { state: text }) };
}
