// Calls to the program. A failed call throws an Error whose message can be shown.

async function call(path, init) {
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw Object.assign(new Error("连不上，请看看网络。"), { status: 0 });
  }
  const type = answer.headers.get("Content-Type") || "";
  const body = type.startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok) throw Object.assign(new Error(body.error || "出了点问题，请再试一次。"), { status: answer.status });
  return body;
}

export function get(path, query) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(query || {})) if (value) q.set(key, value);
  return call(q.size ? path + "?" + q : path);
}

export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const drop = (path) => call(path, { method: "DELETE" });

export const upload = (file) => call("/api/media", { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
