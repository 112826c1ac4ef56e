// How the program understands (识别情况): what reads, how well the week's matters
// were read as staff's decisions tell it, and whether what is heard has changed.
import { $, el } from "./dom.js";
import * as w from "./words.js";

const classes = { matter: "诉求", ...w.categories, ...w.urgencies };
const kinds = { report: "诉求", suggestion: "建议", wish: "微心愿", inquiry: "咨询", followup: "跟进", praise: "表扬", command: "指令", chatter: "闲聊", confidence: "把握（平均）" };
const causes = { timeout: "超时", busy: "繁忙", down: "连不上", denied: "密钥或额度不被接受", unfit: "请求不被接受", flood: "回答过长", invalid: "回答不合格式", spent: "额度用完" };
const percent = (x) => Math.round(x * 100) + "%";
const rate = (r) => r.of ? `${percent(r.n / r.of)}（${r.n}/${r.of}）` : "—";
const row = (...cells) => el("tr", {}, ...cells.map((c, i) => el(i ? "td" : "th", i ? {} : { scope: "row" }, c)));
const table = (caption, head, rows) => el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, ...head.map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, ...rows));

function local(m) {
  return "本地模型：" + (m.made ? `本站训练，${m.made.slice(0, 10)}` + (m.decisions ? `，学了 ${m.decisions} 件工作人员的认定` : "") : "随程序附带");
}

function llm(m) {
  if (!m) return "大模型：没有配置，规则和本地模型独立识别";
  const state = m.up ? "正常" : m.resting ? `停用到 ${m.resting.slice(11, 16)}` + (causes[m.last] ? `（${causes[m.last]}）` : "") : "额度用完，规则和本地模型独立识别";
  const money = m.priced ? `，花费 ${m.cost.toFixed(2)}${m.cost_max ? "/" + m.cost_max : ""} ${m.currency}` : "";
  return `大模型：${m.model ? m.model + " " : ""}${state}；近1小时 ${m.hour}/${m.hour_max} 次，近24小时 ${m.day}/${m.day_max} 次${money}`;
}

function draw(s) {
  const r = s.reading, d = s.drift, moved = d.moves.filter((m) => m.moved);
  const of = { matter: r.matters, ...r.categories, ...r.urgencies };
  const found = r.matters.precision.of ? `提出的诉求 ${rate(r.matters.precision)} 属实` : "近7天还没有认定";
  const warn = (s.llm && !s.llm.up ? "，大模型停用" : "") + (d.moved ? "，最近的消息和以前不一样" : "");
  $("model-summary").textContent = `识别情况 · ${found}${warn}`;
  $("model-body").replaceChildren(...[
    el("p", {}, local(s.local)), el("p", s.llm && !s.llm.up ? { class: "bad" } : {}, llm(s.llm)),
    el("p", {}, r.decided ? `近7天工作人员认定 ${r.decided} 件：${r.as_read} 件原样确认，${r.merged} 件并案；漏掉后由人补上 ${r.missed} 件` : "近7天还没有工作人员认定过事项"),
    r.decided ? table("近7天，按工作人员的认定", ["", "准确（提出的有多少对）", "找全（该有的找到多少）"],
      Object.keys(classes).filter((c) => of[c]).map((c) => row(classes[c], rate(of[c].precision), rate(of[c].recall)))) : null,
    d.enough ? table("群里的消息，近7天对比前4周", ["", "近7天", "前4周", ""],
      d.moves.filter((m) => m.now || m.then).map((m) => row(kinds[m.what] || m.what, percent(m.now), percent(m.then), m.moved ? el("span.chip.warn", {}, m.now > m.then ? "明显升高" : "明显下降") : "")))
      : el("p.quiet", {}, "消息还不够多，看不出变化"),
    moved.length ? el("p", {}, "变化超出了偶然的范围：看看是不是有新情况，或者该用本站的认定重新训练（youshi train --from-store）") : null].filter(Boolean));
  $("model").hidden = false;
}

let tag = "";
async function look() {
  const answer = await fetch("/api/model", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" }).catch(() => null);
  if (answer?.status !== 200) return; // the board itself says when nothing comes
  tag = answer.headers.get("ETag") || "";
  const s = await answer.json();
  if (s) draw(s);
}

await look();
(async function keepLooking() {
  for (;;) {
    await new Promise((r) => setTimeout(r, 60000));
    if (!document.hidden) await look();
  }
})();
