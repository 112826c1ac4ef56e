// The page: it looks at the program whenever it hears that something changed,
// and draws what it finds. The program's answers are the only truth; what was
// missed while away is seen at the next look.
import { $, el, keep } from "./dom.js";
import { get, post, drop } from "./api.js";
import { avatar, items } from "./lines.js";
import { roles, when } from "./words.js";
import { markRead, recall, remember, state, unread } from "./state.js";
import * as write from "./write.js";
import * as demo from "./demo.js";

const away = "连接断开，正在重连…";
let live, looking, again, told = new Set();

const acts = {
  changed: draw, look, complain, become,
  reply: write.reply, edit: write.edit, again: write.send,
  drop(p) { state.pending = state.pending.filter((x) => x !== p); draw(); },
  async older() {
    const log = $("log");
    const more = await get("/api/history", { chat: state.open, as: state.who, before: state.before }).catch((e) => complain(e.message));
    if (!more) return;
    const have = new Set(state.lines.map((l) => l.id));
    state.lines = [...more.lines.filter((l) => !have.has(l.id)), ...state.lines];
    state.before = more.before;
    atEnd = false; // whoever asks for older lines reads there
    const height = log.scrollHeight, top = log.scrollTop;
    draw();
    log.scrollTop = top + log.scrollHeight - height;
  },
  async recall(line) {
    try { await post("/api/recall", { id: line.id, from: state.who }); } catch (e) { complain("没撤回：" + e.message); }
    look();
  },
  async press(line, button, node) {
    for (const b of node.parentElement.children) b.disabled = true;
    node.setAttribute("aria-busy", "true");
    try {
      await post("/api/press", { post: line.id, from: state.who, button });
      say(`已点「${button}」`);
    } catch (e) {
      complain(e.message);
      for (const b of node.parentElement.children) b.disabled = false;
    }
    look();
  },
  find(id) {
    const node = [...$("log").children].find((n) => n.dataset.id === id);
    if (!node) { complain("原话在更早的消息里。"); return; }
    node.scrollIntoView({ block: "center" });
    node.classList.remove("flash");
    void node.offsetWidth; // so that the flash can run again
    node.classList.add("flash");
  },
  enlarge(src) { $("picture").querySelector("img").src = src; $("picture").showModal(); },
};

// draw shows the state. It stays at the end when it was there, or when told to.
function draw(toEnd) {
  const log = $("log");
  if (toEnd === true) atEnd = true;
  $("write").hidden = !state.open;
  keep(log, items(acts));
  const silent = state.open && !state.lines.length && !state.pending.some((p) => p.chat === state.open);
  if (silent) log.append(el("p.empty", { "data-key": "empty" }, state.open.startsWith("private:") ? `这里只有你和${state.me.bot}。不方便在群里说的事，可以在这里说。` : "还没有人说话，来说第一句吧。"));
  if (atEnd) toTheEnd();
  drawRooms();
}

// atEnd says that the reader follows the talk; what grows (a picture that has
// come, a keyboard that takes half the window) must not leave them behind.
let atEnd = true;

function toTheEnd() {
  $("log").scrollTop = $("log").scrollHeight;
  $("newer").hidden = true;
}

$("log").addEventListener("scroll", () => {
  const log = $("log");
  atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  if (atEnd) $("newer").hidden = true;
});
$("log").addEventListener("load", () => { if (atEnd) toTheEnd(); }, true);
new ResizeObserver(() => { if (atEnd) toTheEnd(); }).observe($("log"));

function drawRooms() {
  keep($("rooms"), state.rooms.map((room) => {
    const n = unread(room), current = room.id === state.open, last = room.last;
    const words = !last ? (room.kind === "private" ? "不便在群里说的，来这里说" : "还没有消息") : last.recalled ? `${last.from}撤回了一条消息`
      : `${last.from}：${last.text || { image: "[图片]", voice: "[语音]", location: "[位置]", file: "[文件]" }[last.kind] || "[消息]"}`;
    const time = last ? when(last.at, state.now) : "";
    return { key: room.id, sig: JSON.stringify([room.name, n, current, words, time]), make: () => roomItem(room, n, current, words, time) };
  }));
}

function roomItem(room, n, current, words, time) {
  const face = room.kind === "private" ? avatar(room.name, true) : avatar(room.area || room.name);
  if (room.kind === "staff") face.textContent = "工";
  return el("li", {}, el("button.room", { type: "button", "data-chat": room.id, "aria-current": String(current), onclick: () => open(room.id) },
    face, el("span.what", {},
      el("span.top", {}, el("span.name", {}, room.name), el("span.when", {}, time)),
      el("span.last", {}, el("span", {}, words), n > 0 && el("span.badge", { "aria-label": n + "条未读" }, n >= 30 ? "30+" : String(n))))));
}

// look asks the program what there is now. Looks do not overlap: what changes
// during one is seen by the next.
async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    do {
      again = false;
      await lookOnce();
      if (again) await new Promise((r) => setTimeout(r, 150));
    } while (again);
    trouble("");
  } catch (e) {
    if (e.status === 401) welcome();
    else trouble(e.status === 0 ? away : e.message);
  } finally {
    looking = false;
  }
}

async function lookOnce() {
  const chat = state.open, who = state.who;
  const [list, lines] = await Promise.all([
    get("/api/chats", { as: who }),
    chat ? get("/api/history", { chat, as: who }).catch((e) => { if (e.status !== 403 && e.status !== 404) throw e; return null; }) : null,
  ]);
  if (who !== state.who || chat !== state.open) { again = true; return; }
  state.rooms = list.chats;
  if (!state.me.demo) state.now = list.now;
  else if (!state.now || Date.parse(list.now) > Date.parse(state.now)) state.now = list.now;
  if (!state.rooms.some((r) => r.id === state.open)) { // gone, or not for this person
    if (state.rooms.length && matchMedia("(min-width: 641px)").matches) open(state.rooms[0].id);
    else close();
    markRead(state.rooms, "");
    draw();
    return;
  }
  if (lines) merge(lines);
  markRead(state.rooms, $("app").dataset.view === "chat" || matchMedia("(min-width: 641px)").matches ? state.open : "");
  write.settle();
  draw();
  if (state.me.demo) demo.matters();
}

// merge puts the latest lines after the older ones already here.
function merge({ lines, before }) {
  const first = lines.length ? state.lines.findIndex((l) => l.id === lines[0].id) : -1;
  const fresh = lines.filter((l) => !told.has(l.id));
  const opening = told.size === 0;
  if (first > 0) state.lines = [...state.lines.slice(0, first), ...lines];
  else { state.lines = lines; state.before = before; }
  for (const l of lines) told.add(l.id);
  told.add(""); // the chat was seen, even when it is empty
  if (opening) { draw(true); return; }
  const news = fresh.filter((l) => l.bot || l.from !== state.who);
  if (!state.me.demo && state.open.startsWith("private:") && news.some((l) => l.bot)) { // a code may have given an office
    get("/api/me").then((me) => { state.me = me; introduce(); }).catch(() => {});
  }
  if (!news.length) return;
  say(news.slice(-3).map((l) => `${l.from}：${l.text || "发来一条消息"}`).join("。"));
  if (!atEnd) {
    $("newer").textContent = "↓ 有新消息";
    $("newer").hidden = false;
  }
}

const say = (words) => { $("aloud").textContent = words; };

function trouble(words) {
  $("trouble").hidden = !words;
  $("trouble").textContent = words;
}

let complaining;
function complain(words) {
  trouble(words);
  clearTimeout(complaining);
  complaining = setTimeout(() => trouble(""), 6000);
}

function open(id) {
  if (state.open !== id) {
    Object.assign(state, { open: id, lines: [], before: "" });
    told = new Set();
    write.clear();
    $("newer").hidden = true;
    atEnd = true;
  }
  $("app").dataset.view = "chat";
  const room = state.rooms.find((r) => r.id === id);
  $("title").textContent = room ? room.name : id;
  document.title = (room ? room.name : id) + " · 有事";
  remember("open." + state.who, id);
  look();
}

function close() {
  Object.assign(state, { open: "", lines: [], before: "" });
  $("title").textContent = "请选一个会话";
  $("app").dataset.view = "list";
}

// become lets somebody else speak (demo).
function become(name) {
  state.who = name;
  remember("as", name);
  told = new Set();
  if (state.open.startsWith("private:")) { state.open = ""; state.lines = []; }
  write.clear();
  demo.identity();
  listen();
  look();
}

// listen keeps the live stream; the browser reconnects by itself, and where it
// gave up (the program was away for long) a new stream is opened.
function listen() {
  live?.close();
  const stream = live = new EventSource("/api/live" + (state.me.demo ? "?as=" + encodeURIComponent(state.who) : ""));
  let down;
  stream.addEventListener("open", () => { clearTimeout(down); trouble(""); });
  stream.addEventListener("changed", look);
  stream.addEventListener("error", () => {
    clearTimeout(down);
    down = setTimeout(() => trouble(away), 1500);
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => { if (live === stream) listen(); }, 3000);
  });
}

function welcome() {
  if (!$("welcome").open) $("welcome").showModal();
}

// introduce says who speaks here, and with which office.
function introduce() {
  const { role, area } = state.me;
  $("identity").textContent = "我是 " + state.who + (role && role !== "resident" ? `（${area} ${roles[role] || ""}）` : "");
}

async function begin() {
  state.me = await get("/api/me");
  write.setUp(acts);
  if (state.me.demo) {
    await demo.know();
    demo.setUp(acts);
    const named = recall("as", "");
    const first = state.people.find((p) => p.name === named) || state.people.find((p) => p.role === "resident") || state.people[0];
    state.who = first?.name || named || "访客";
    demo.identity();
  } else {
    state.who = state.me.name;
    if (!state.who) { welcome(); return; }
    introduce();
    $("sign-out").hidden = false;
  }
  listen();
  const id = recall("open." + state.who, "");
  if (id && matchMedia("(min-width: 641px)").matches) open(id);
  look();
}

$("sign-up").addEventListener("submit", async (e) => {
  e.preventDefault();
  try { await post("/api/me", { name: $("sign-up-name").value }); location.reload(); } catch (err) { $("sign-up").querySelector(".error").textContent = err.message; }
});
$("sign-in").addEventListener("submit", async (e) => {
  e.preventDefault();
  try { await post("/api/me", { name: $("sign-in-name").value, code: $("sign-in-code").value }); location.reload(); } catch (err) { $("sign-in").querySelector(".error").textContent = err.message; }
});
function ask(code) {
  $("sign-in").hidden = !code;
  $("sign-up").hidden = code;
  $(code ? "sign-in-code" : "sign-up-name").focus();
}
$("have-code").addEventListener("click", () => ask(true));
$("no-code").addEventListener("click", () => ask(false));
let leaving; // the first press asks, the second one signs out
$("sign-out").addEventListener("click", async () => {
  const button = $("sign-out");
  if (!leaving) {
    button.textContent = "真的退出？";
    button.title = "退出以后，要用新的邀请码才能再用这个称呼";
    leaving = setTimeout(() => { leaving = 0; button.textContent = "退出"; }, 5000);
    return;
  }
  try { await drop("/api/me"); location.reload(); } catch (err) { complain(err.message); }
});
$("welcome").addEventListener("cancel", (e) => e.preventDefault());
$("back").addEventListener("click", () => { $("app").dataset.view = "list"; document.querySelector(`.room[aria-current=true]`)?.focus(); });
$("newer").addEventListener("click", toTheEnd);
for (const b of document.querySelectorAll("[data-close]")) b.addEventListener("click", () => b.closest("dialog").close());
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
setInterval(() => { if (!document.hidden && state.who) look(); }, 30000); // should a stream have died unseen
begin().catch((e) => { trouble(e.message); setTimeout(() => location.reload(), 3000); });
