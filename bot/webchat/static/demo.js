// What only the demonstration has: the clock, the player, choosing who speaks,
// and the matters beside the chat.
import { $, el, keep } from "./dom.js";
import { get, post } from "./api.js";
import { avatar } from "./lines.js";
import { categories, left, moment, roles, statuses, steps, urgencies } from "./words.js";
import { person, recall, remember, state } from "./state.js";

let acts;

export function setUp(a) {
  acts = a;
  $("demo").hidden = false;
  $("matters").hidden = false;
  $("app").classList.add("demonstrating");
  $("hint").hidden = recall("hinted", false);
  $("hint").querySelector("button").addEventListener("click", () => { $("hint").hidden = true; remember("hinted", true); });
  $("play").addEventListener("click", () => player({ play: $("play").getAttribute("aria-pressed") !== "true" }));
  $("next").addEventListener("click", () => player({ next: true }));
  for (const b of $("pushes").querySelectorAll("button")) {
    b.addEventListener("click", () => push(b.dataset.advance ? { advance: b.dataset.advance } : { to: morning(state.now) }, b));
  }
  $("add").addEventListener("submit", (e) => { e.preventDefault(); add(); });
  $("add-role").append(...Object.entries(roles).map(([value, words]) => el("option", { value }, words)));
  tick();
}

// morning gives the next 8:30 after iso, in the same zone.
function morning(iso) {
  const zone = iso.slice(-6).match(/^[+-]\d\d:\d\d$/) ? iso.slice(-6) : "Z";
  const today = `${iso.slice(0, 10)}T08:30:00${zone}`;
  if (Date.parse(today) > Date.parse(iso)) return today;
  const [y, m, d] = iso.slice(0, 10).split("-").map(Number);
  return new Date(Date.UTC(y, m - 1, d + 1)).toISOString().slice(0, 10) + `T08:30:00${zone}`;
}

async function push(body, button) {
  const all = $("pushes").querySelectorAll("button");
  all.forEach((b) => { b.disabled = true; });
  const words = button.textContent;
  button.textContent = "拨着…";
  try { clock((await post("/api/clock", body)).now); } catch (e) { acts.complain(e.message); }
  button.textContent = words;
  all.forEach((b) => { b.disabled = false; });
  button.focus();
  acts.look();
}

function clock(now) {
  state.now = now;
  $("now").dateTime = now;
  $("now").textContent = moment(now, now);
  $("pushes").hidden = false;
}

async function player(body) {
  try {
    const p = body ? await post("/api/demo", body) : await get("/api/demo");
    const playing = Boolean(p.play ?? p.playing);
    $("player").hidden = false;
    $("play").textContent = playing ? "暂停" : "播放";
    $("play").setAttribute("aria-pressed", String(playing));
    const over = p.lines !== undefined && p.line >= p.lines;
    $("next").disabled = playing || over;
    $("play").disabled = over && !playing;
    $("player").title = p.lines === undefined ? "" : `这一天共 ${p.lines} 条，已说到第 ${p.line} 条`;
  } catch (e) {
    if (e.status === 404) $("player").hidden = true;
    else if (body) acts.complain(e.message);
  }
  if (body) acts.look();
}

// tick asks for the clock and the player now and then: both can move by themselves.
async function tick() {
  if (!document.hidden) {
    try { clock((await get("/api/clock")).now); } catch { /* the next tick asks again */ }
    if (!$("player").hidden || !tick.asked) await player();
    tick.asked = true;
  }
  setTimeout(tick, 2000);
}

// choose opens the chooser of who speaks.
export async function choose() {
  await know();
  const groups = new Map();
  for (const p of state.people) groups.set(p.role, [...(groups.get(p.role) || []), p]);
  const order = [...Object.keys(roles).slice(1), "resident"].filter((r) => groups.has(r)); // residents are many: last
  $("people-list").replaceChildren(...order.flatMap((role) => [
    el("h3", {}, roles[role]),
    el("div.choices", {}, ...groups.get(role).map((p) => el("button", {
      type: "button", "aria-pressed": String(p.name === state.who), onclick: () => { $("people").close(); acts.become(p.name); },
    }, avatar(p.name, false, true), p.name, p.group && el("span.quiet", {}, p.group)))),
  ]));
  const areas = state.rooms.filter((r) => r.kind === "group");
  $("add-group").replaceChildren(...areas.map((r) => el("option", { value: r.id, selected: r.id === state.open }, r.area || r.id)));
  $("add").querySelector(".error").textContent = "";
  $("people").showModal();
}

export async function know() {
  state.people = (await get("/api/people")).people;
}

async function add() {
  const p = { name: $("add-name").value.trim(), role: $("add-role").value, group: $("add-group").value };
  try {
    await post("/api/people", p);
    await know();
  } catch (e) {
    $("add").querySelector(".error").textContent = e.message;
    return;
  }
  $("add-name").value = "";
  $("people").close();
  acts.become(p.name);
}

// identity draws who speaks, as a button that opens the chooser.
export function identity() {
  const p = person(state.who);
  $("identity").replaceChildren(el("span", {}, "我是"), el("button", { type: "button", id: "as", "aria-haspopup": "dialog", onclick: choose, title: "换个身份说话" },
    avatar(p.name, false, true), el("b", {}, p.name), el("span.chip.brand", {}, roles[p.role] || p.role), "▾"));
}

// matters draws the tickets of the open chat's area.
export async function matters() {
  const room = state.rooms.find((r) => r.id === state.open);
  if (!room?.area || $("matters").offsetParent === null) { if (!room?.area) keep($("tickets"), []); return; }
  let all;
  try { all = (await get("/api/tickets", { area: room.area })).tickets; } catch { return; }
  const ended = (t) => ["closed", "rejected", "merged"].includes(t.status);
  all.sort((a, b) => ended(a) - ended(b) || b.number - a.number);
  const list = all.slice(0, 60).map((t) => ({
    key: String(t.number), sig: JSON.stringify(t) + (t.due ? left(t.due, state.now) : ""), make: () => matter(t, ended(t)),
  }));
  if (!list.length) list.push({ key: "none", sig: "", make: () => el("li.quiet.matter", {}, "还没有事。群里有人说起要办的事，这里就会出现。") });
  keep($("tickets"), list);
}

const colour = { proposed: "warn", open: "info", assigned: "info", working: "info", waiting: "warn", resolved: "brand", closed: "brand" };

function matter(t, ended) {
  const late = t.overdue;
  return el("li.matter" + (ended ? ".done" : ""), {},
    el("div.top", {}, el("a", { href: "/board#" + t.number, target: "_blank", rel: "noopener" }, t.number + " 号"), t.private && el("span", { title: "不公开" }, "🔒"),
      el("span.chip" + (colour[t.status] ? "." + colour[t.status] : ""), {}, statuses[t.status])),
    el("p.sum", {}, t.private ? "不公开的事项" : t.summary || "（还没有摘要）"),
    el("div.chips", {}, t.category && el("span.chip", {}, categories[t.category]),
      urgencies[t.urgency] && el("span.chip." + (t.urgency === "emergency" ? "bad" : "warn"), {}, urgencies[t.urgency]),
      t.round > 0 && el("span.chip.bad", {}, `整改第${t.round}轮`),
      t.supporters > 0 && el("span.chip", {}, `附议 ${t.supporters}`),
      t.assignee && el("span.chip", {}, "承办 " + t.assignee)),
    t.due && el("p.due" + (late ? ".late" : ""), { title: t.due_because || "" }, `${steps[t.step] || "期限"}：${moment(t.due, state.now)}（${left(t.due, state.now)}）`));
}
