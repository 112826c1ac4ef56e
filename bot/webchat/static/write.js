// Writing: the text, what it answers or replaces, a picture, and sending.
import { $, el, menu } from "./dom.js";
import { post, upload } from "./api.js";
import { state } from "./state.js";

const draft = { reply: null, edit: null, kind: "", file: null, preview: "" };
let acts, counter = 0, entered = false;

// setUp binds the form; it calls acts.changed() whenever lines should be drawn anew.
export function setUp(a) {
  acts = a;
  const text = $("text");
  $("write").addEventListener("submit", (e) => { e.preventDefault(); submit(); });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229) return; // the input method is still choosing characters
    entered = e.key === "Enter" && !e.shiftKey;
    if (entered) { e.preventDefault(); submit(); }
    if (e.key === "Escape" && context()) { clear(); e.preventDefault(); }
  });
  text.addEventListener("beforeinput", (e) => { if (entered && e.inputType === "insertLineBreak") e.preventDefault(); }); // some keyboards break the line all the same
  text.addEventListener("paste", (e) => {
    const file = [...(e.clipboardData?.files || [])].find((f) => f.type.startsWith("image/"));
    if (file) { e.preventDefault(); attach(file); }
  });
  $("file").addEventListener("change", () => { if ($("file").files[0]) attach($("file").files[0]); $("file").value = ""; });
  $("more").addEventListener("click", () => menu($("more"), [
    ["图片", () => $("file").click()],
    ["语音（写下听到的话）", () => as("voice")],
    ["位置", () => as("location")],
  ]));
}

function grow() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = Math.min(text.scrollHeight + 2, 132) + "px";
}

const context = () => draft.reply || draft.edit || draft.kind || draft.file;

export function reply(line) { clear(); draft.reply = line; show(); }
export function edit(line) { clear(); draft.edit = line; $("text").value = line.text; show(); grow(); }
function as(kind) { draft.kind = kind; draft.edit = null; show(); }

function attach(file) {
  if (file.size > 10 * 1024 * 1024) { acts.complain("图片太大了，最多 10 MB。"); return; }
  if (draft.preview) URL.revokeObjectURL(draft.preview);
  draft.edit = null;
  draft.file = file;
  draft.preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
  draft.kind = file.type.startsWith("audio/") ? "voice" : "image";
  show();
}

// clear forgets what the text answers, replaces or carries.
export function clear() {
  const editing = draft.edit;
  Object.assign(draft, { reply: null, edit: null, kind: "", file: null, preview: "" });
  if (editing) $("text").value = "";
  show(false);
}

function show(focus = true) {
  const box = $("context");
  box.hidden = !context();
  const words = draft.edit ? "修改：" + draft.edit.text
    : draft.file ? "附上：" + draft.file.name
      : draft.kind === "voice" ? "作为语音发送：写下听到的话"
        : draft.kind === "location" ? "作为位置发送：写下地点"
          : draft.reply ? `引用 ${draft.reply.from}：${draft.reply.text}` : "";
  box.replaceChildren();
  if (draft.preview) box.append(el("img", { src: draft.preview, alt: "要发的图片" }));
  box.append(el("span.words", {}, words), el("button.plain", { type: "button", "aria-label": "取消", onclick: () => { clear(); $("text").focus(); } }, "✕"));
  $("text").placeholder = draft.kind === "location" ? "例如：3号楼2单元门口" : "说点什么…";
  grow();
  if (focus) $("text").focus();
}

async function submit() {
  const text = $("text").value.replace(/^\n+|\n+$/g, ""); // empty lines around the words are slips
  if (!state.open || (!text.trim() && !draft.file)) return;
  if (draft.edit) {
    const line = draft.edit;
    $("text").value = "";
    clear();
    if (text === line.text) return;
    try { await post("/api/edit", { id: line.id, from: state.who, text }); } catch (e) { acts.complain("没改成：" + e.message); }
    acts.look();
    return;
  }
  const p = {
    tmp: "tmp-" + ++counter, chat: state.open, from: state.who, text, kind: draft.kind || "text",
    file: draft.file, preview: draft.preview, reply: draft.reply, state: "sending", error: "", id: "",
    once: Date.now().toString(36) + Math.random().toString(36).slice(2), // sent again after a lost answer, it is still one message
  };
  state.pending.push(p);
  $("text").value = "";
  clear();
  $("text").focus();
  acts.changed(true);
  await send(p);
}

// send says p; what failed stays, with a button to try again.
export async function send(p) {
  p.state = "sending";
  acts.changed(true);
  try {
    if (p.file && !p.media) p.media = (await upload(p.file)).media;
    const body = { group: p.chat, from: p.from, text: p.text, kind: p.kind, once: p.once };
    if (p.reply) body.reply_to = p.reply.id;
    if (p.media) body.media = p.media;
    p.id = (await post("/api/say", body)).id;
    p.state = "sent";
  } catch (e) {
    p.state = "failed";
    p.error = e.message;
  }
  acts.changed(true);
  acts.look();
}

// settle lets go of pending lines that the program shows by now.
export function settle() {
  const there = new Set(state.lines.map((l) => l.id));
  state.pending = state.pending.filter((p) => {
    if (!p.id || !there.has(p.id)) return true;
    if (p.preview) URL.revokeObjectURL(p.preview);
    return false;
  });
}
