// Making and keeping elements. Words of people only ever become text nodes.

// el makes an element: el("p.quiet", {title: "…", onclick: f}, "words", child).
export function el(name, props, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false && c !== ""));
  return node;
}

export const $ = (id) => document.getElementById(id);

// keep makes parent's children those of items, in order, and touches only what
// changed: an item is {key, sig, make}; a node lives as long as its sig is the same.
export function keep(parent, items) {
  const old = new Map();
  for (const node of parent.children) old.set(node.dataset.key, node);
  let at = parent.firstElementChild;
  for (const item of items) {
    let node = old.get(item.key);
    old.delete(item.key);
    if (!node || node.sig !== item.sig) {
      const fresh = item.make();
      fresh.dataset.key = item.key;
      fresh.sig = item.sig;
      if (node) {
        const focused = node.contains(document.activeElement) ? document.activeElement : null;
        if (at === node) at = node.nextElementSibling;
        node.remove();
        node = fresh;
        parent.insertBefore(node, at);
        refocus(fresh, focused);
        continue;
      }
      node = fresh;
    }
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
  for (const node of old.values()) node.remove();
}

// refocus gives the focus back to the control that took a replaced one's place,
// so that somebody at the keyboard does not fall to the top of the page.
function refocus(fresh, was) {
  if (!was) return;
  const all = [...fresh.querySelectorAll("button, a")];
  const same = fresh.matches("button") ? fresh : all.find((b) => b.textContent === was.textContent && !b.disabled);
  (same || all.find((b) => !b.disabled))?.focus({ preventScroll: true });
}
