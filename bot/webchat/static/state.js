// What the page knows, and what it keeps in this browser.

export const state = {
  me: { demo: false, bot: "小格", name: "" },
  who: "",       // who speaks
  people: [],    // demo: everybody
  now: "",       // the program's clock
  rooms: [],
  open: "",      // the chat shown
  lines: [],     // of the open chat, oldest first
  before: "",    // the cursor of older lines
  pending: [],   // lines being sent: {tmp, chat, from, text, kind, media, reply, state, error, id}
};

const key = (name) => "youshi." + name;

export function remember(name, value) {
  try { localStorage.setItem(key(name), JSON.stringify(value)); } catch { /* a private window: forgotten with it */ }
}

export function recall(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(key(name))) ?? otherwise; } catch { return otherwise; }
}

// What was read: per person, chat -> the id of the last line seen. Whoever looks
// for the first time has nothing unread.
export function unread(room) {
  const read = recall("read." + state.who, null);
  if (!read) return 0;
  const i = room.tail.lastIndexOf(read[room.id] ?? "");
  return i < 0 ? (read[room.id] === undefined && !room.tail.length ? 0 : room.tail.length) : room.tail.length - 1 - i;
}

export function markRead(rooms, id) {
  const read = recall("read." + state.who, null);
  const next = read ? { ...read } : Object.fromEntries(rooms.map((r) => [r.id, r.tail.at(-1) ?? ""]));
  const room = rooms.find((r) => r.id === id);
  if (room && !document.hidden) next[id] = room.tail.at(-1) ?? "";
  if (JSON.stringify(next) !== JSON.stringify(read)) remember("read." + state.who, next);
}

export const person = (name) => state.people.find((p) => p.name === name) || { name, role: "resident", group: "" };
