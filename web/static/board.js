// The board asks for the tickets every few seconds and draws what changed. The
// program answers "not modified" while nothing did.
import { $, el, keep } from "./dom.js";
import * as w from "./words.js";

const columns = ["proposed", "open", "assigned", "working", "waiting", "resolved", "closed"];
const folded = ["rejected", "merged"];
const every = 3000;
let tickets = [], now = "", chosen = "proposed";

const overdue = (t) => t.overdue;
const text = (t) => [t.number, t.number + "号", t.summary, t.location, t.reporter, t.assignee, t.area].join(" ").toLowerCase();

function wanted(t) {
  const words = $("search").value.trim().toLowerCase();
  return (!$("area").value || t.area === $("area").value) && (!$("category").value || t.category === $("category").value) &&
    (!$("topic").value || t.topic === $("topic").value) && (!$("overdue").checked || overdue(t)) &&
    (!words || (t.private ? String(t.number) === words || t.number + "号" === words : text(t).includes(words)));
}

// what is late comes first, then what is due first; what has ended, the latest first.
function order(a, b) {
  if (["closed", ...folded].includes(a.status)) return b.number - a.number;
  return overdue(b) - overdue(a) || (a.due ? Date.parse(a.due) : Infinity) - (b.due ? Date.parse(b.due) : Infinity) || a.number - b.number;
}

function draw() {
  const shown = tickets.filter(wanted).sort(order);
  const of = (status) => shown.filter((t) => t.status === status);
  $("count").textContent = `${shown.length} 件` + (shown.some(overdue) ? `，${shown.filter(overdue).length} 件超期` : "");
  for (const status of columns) {
    const list = of(status);
    const box = $("column-" + status);
    box.querySelector(".n").textContent = list.length;
    box.classList.toggle("chosen", status === chosen);
    box.classList.toggle("bare", !list.length); // leaves its room to the others
    keep(box.querySelector(".cards"), list.map(item));
    const tab = $("tab-" + status);
    tab.textContent = `${w.statuses[status]} ${list.length}`;
    tab.setAttribute("aria-pressed", String(status === chosen));
  }
  const aside = shown.filter((t) => folded.includes(t.status));
  $("aside").hidden = !aside.length;
  if (!$("aside").firstChild) {
    $("aside").append(el("details", {}, el("summary"), el("div.cards")));
  }
  $("aside").querySelector("summary").textContent = `不受理 ${of("rejected").length} · 并案 ${of("merged").length}`;
  keep($("aside").querySelector(".cards"), aside.map(item));
}

const item = (t) => ({ key: String(t.number), sig: JSON.stringify(t) + (t.due ? w.left(t.due, now) : ""), make: () => card(t) });

// chips say what kind of matter it is; of a private one no more than who can act on it.
function chips(t) {
  return el("span.chips", {},
    t.category && el("span.chip", {}, w.categories[t.category]),
    t.urgency && t.urgency !== "normal" && el("span.chip." + (t.urgency === "emergency" ? "bad" : "warn"), {}, w.urgencies[t.urgency]),
    t.level !== "grid" && el("span.chip.info", {}, w.levels[t.level]),
    t.priority > 0 && el("span.chip.warn", {}, "重点"),
    t.round > 0 && el("span.chip.bad", {}, `整改第${t.round}轮`),
    !t.private && t.supporters > 0 && el("span.chip.brand", {}, `附议 ${t.supporters}`),
    t.assignee && el("span.chip", {}, "承办 " + t.assignee),
    folded.includes(t.status) && el("span.chip", {}, w.statuses[t.status]));
}

function due(t) {
  if (!t.due) return null;
  const late = overdue(t);
  return el("span.due" + (late ? ".late" : ""), { title: w.moment(t.due, now) }, `${w.left(t.due, now)} · ${w.steps[t.step] || "期限"} ${w.short(t.due, now)}`);
}

function card(t) {
  return el("button.ticket" + (overdue(t) ? ".late" : ""), { type: "button", "data-number": t.number, onclick: () => { location.hash = t.number; } },
    el("span.top", {}, el("span.no", {}, t.number + " 号"), t.private && el("span", { title: "不公开" }, "🔒"), !t.private && t.location && el("span.place", {}, t.location)),
    el("span.sum", {}, t.private ? "不公开的事项" : t.summary || "（还没有摘要）"), chips(t), due(t));
}

// show opens the ticket that the address names, or closes it.
async function show() {
  const number = location.hash.slice(1), box = $("ticket");
  if (!/^\d+$/.test(number)) { if (box.open) box.close(); return; }
  const answer = await fetch("/api/tickets/" + number).catch(() => null);
  if (!answer?.ok) {
    $("ticket-title").textContent = number + " 号";
    $("ticket-body").replaceChildren(el("p", {}, answer ? (await answer.json()).error : "连不上，请看看网络。"));
  } else {
    const t = await answer.json();
    $("ticket-title").textContent = `${t.number} 号 · ${w.statuses[t.status]}`;
    const open = $("ticket-body").querySelector("details")?.open;
    $("ticket-body").replaceChildren(...detail(t));
    if (open) $("ticket-body").querySelector("details")?.setAttribute("open", "");
  }
  if (!box.open) box.showModal();
}

function detail(t) {
  const rows = [["地点", t.private ? null : t.location], ["区域", t.area], ["类别", [w.kinds[t.kind], w.categories[t.category], w.urgencies[t.urgency], w.topics[t.topic]].filter(Boolean).join(" · ")],
    ["层级", w.levels[t.level]], ["诉求人", t.private ? "（不公开）" : t.reporter], ["附议", t.supporters && t.supporters + " 人"], ["承办", t.assignee], ["联办", w.units(t)],
    ["来源", w.sources[t.source]], ["听到", w.moment(t.heard_at, now)], ["原因", w.reasons[t.reason] || t.reason],
    ["识别", w.understood(t)],
    ["评价", t.poll && `满意 ${t.poll.satisfied} · 基本满意 ${t.poll.partly} · 不满意 ${t.poll.unsatisfied}（问了 ${t.poll.asked} 人）`]];
  const words = [el("h3", {}, "办理经过"), el("ol.steps", {}, ...t.journal.map(step)), el("h3", {}, "原话"),
    el("ul.said", {}, ...t.heard.map((m) => el("li", {}, el("time", {}, `${m.from} · ${w.moment(m.at, now)}`), el("span.words", {}, m.text || w.messages[m.kind] || "（已撤回）"))))];
  return [el("p.sum", {}, t.private ? "🔒 不公开的事项" : t.summary || "（还没有摘要）"), chips(t), due(t),
    el("dl", {}, ...rows.filter(([, v]) => v).flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])),
    // Of a private matter the words stay folded: whoever stands by the screen reads nothing by chance.
    ...(t.private ? [el("details", {}, el("summary", {}, "看经过和原话（注意旁边有没有人）"), ...words)] : words)];
}

function step(e) {
  const who = e.role === "house" ? "小格" : (e.who || "有人") + (e.role !== "resident" && w.roles[e.role] ? `（${w.roles[e.role]}）` : "");
  const moved = e.to !== e.from && e.from ? `：${w.statuses[e.from]} → ${w.statuses[e.to]}` : "";
  return el("li", {}, el("time", {}, w.moment(e.at, now)), el("span", {}, `${who} ${w.wants[e.want] || e.want}${moved}`), e.why && el("div.why", {}, w.reasons[e.why] || e.why));
}

function fill(select, values, words) {
  const have = [...select.options].slice(1).map((o) => o.value);
  if (have.join() === values.join()) return;
  const was = select.value;
  select.replaceChildren(select.options[0], ...values.map((v) => el("option", { value: v }, words[v] || v)));
  select.value = values.includes(was) ? was : "";
}

let tag = "";
async function look() {
  try {
    const answer = await fetch("/api/tickets", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 401) throw new Error("请先到群聊首页，告诉小格怎么称呼您。");
    if (!answer.ok && answer.status !== 304) throw new Error("看板没有更新，稍后再试。");
    $("trouble").hidden = true;
    if (answer.status === 200) {
      const changed = tag !== "";
      tag = answer.headers.get("ETag") || "";
      let viewer;
      ({ tickets, now, viewer } = await answer.json());
      $("viewer").textContent = !viewer ? "" : viewer.name + (viewer.role !== "resident" ? `（${viewer.area} ${w.roles[viewer.role]}）` : "");
      document.dispatchEvent(new CustomEvent("viewer", { detail: viewer }));
      $("now").textContent = w.moment(now, now);
      fill($("area"), [...new Set(tickets.map((t) => t.area))].sort(), {});
      fill($("topic"), [...new Set(tickets.map((t) => t.topic).filter(Boolean))].sort(), w.topics);
      draw();
      if (changed && $("ticket").open) show();
    }
  } catch (e) {
    $("trouble").textContent = e instanceof TypeError ? "连接断开，正在重连…" : e.message;
    $("trouble").hidden = false;
  }
}

$("board").append(...columns.map((status) => el("section.column." + status, { id: "column-" + status, "aria-labelledby": "head-" + status },
  el("h2", { id: "head-" + status }, w.statuses[status], el("span.n", {}, "0")), el("div.cards"))));
$("tabs").append(...columns.map((status) => el("button", { type: "button", id: "tab-" + status, onclick: () => { chosen = status; draw(); } }, w.statuses[status])));
fill($("category"), Object.keys(w.categories), w.categories);
$("filters").addEventListener("input", draw);
$("filters").addEventListener("submit", (e) => e.preventDefault());
$("ticket").addEventListener("close", () => { if (location.hash) history.pushState(null, "", location.pathname); });
$("ticket").querySelector("[data-close]").addEventListener("click", () => $("ticket").close());
addEventListener("hashchange", show);
addEventListener("popstate", show);
await look();
if (location.hash) show();
(async function keepLooking() {
  for (;;) {
    await new Promise((r) => setTimeout(r, every));
    if (!document.hidden) await look();
  }
})();
