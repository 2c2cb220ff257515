/**
 * Makes one part of the page like another, and leaves alone what is the same: so focus, selections and scrolled places stay where
 * they are. What is a thing of its own (a row, a link, a form) is known again by its address, wherever it stands now.
 */

/** The reader has opened it, or a script of this page has set it. */
const KEPT = new Set(['open', 'hidden', 'tabindex']);

/** @param came is called with each row that was not there before */
export function morph(shown: Node, wanted: Node, came: (row: Element) => void): void {
  if (shown.isEqualNode(wanted)) return;
  if (shown instanceof Element && wanted instanceof Element) {
    takeAttributes(shown, wanted);
    takeChildren(shown, wanted, came);
  } else shown.nodeValue = wanted.nodeValue;
}

function takeAttributes(shown: Element, wanted: Element): void {
  for (const { name } of [...shown.attributes]) {
    if (!KEPT.has(name) && !wanted.hasAttribute(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (!KEPT.has(name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
}

function takeChildren(shown: Element, wanted: Element, came: (row: Element) => void): void {
  const keys = keysOf(shown);
  const wantedKeys = keysOf(wanted);
  const known = new Map([...keys].map(([node, key]) => [key, node]));
  const staying = new Set(wantedKeys.values());
  const isGone = (node: Node): boolean => keys.has(node) && !staying.has(keys.get(node) ?? '');
  let at: ChildNode | null = shown.firstChild;
  const skip = (): void => {
    while (at !== null && isGone(at)) at = removed(at);
  };
  for (const next of wanted.childNodes) {
    skip();
    const key = wantedKeys.get(next);
    const same: Node | null = key === undefined ? unkeyed(at, next, keys) : (known.get(key) ?? null);
    if (same === null || same.nodeName !== next.nodeName) {
      const copy = shown.insertBefore(document.importNode(next, true), at);
      if (copy instanceof HTMLTableRowElement) came(copy);
      continue;
    }
    if (same === at) at = at?.nextSibling ?? null;
    else move(shown, same, at);
    morph(same, next, came);
  }
  while (at !== null) at = removed(at);
}

/** The node that stands there, where it is of the same kind and no thing of its own either. */
const unkeyed = (at: ChildNode | null, next: Node, keys: ReadonlyMap<Node, string>): ChildNode | null =>
  at !== null && !keys.has(at) && at.nodeName === next.nodeName ? at : null;

function removed(node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** Where the browser can, without taking it out first: what has the focus keeps it. */
function move(parent: Element, node: Node, before: ChildNode | null): void {
  if ('moveBefore' in parent) parent.moveBefore(node as ChildNode, before);
  else (parent as Element).insertBefore(node, before);
}

/** What each child is known by; of several with the same, the first alone. */
function keysOf(parent: Element): Map<Node, string> {
  const keys = new Map<Node, string>();
  const taken = new Set<string>();
  for (const child of parent.children) {
    const key = keyOf(child);
    if (key === null || taken.has(key)) continue;
    taken.add(key);
    keys.set(child, key);
  }
  return keys;
}

function keyOf(element: Element): string | null {
  const named =
    element instanceof HTMLTableRowElement ? element.querySelector('[id], a[href], form[action]') : element;
  if (named === null) return null;
  for (const name of ['id', 'href', 'action']) {
    const value = named.getAttribute(name);
    if (value) return `${element.nodeName} ${name} ${value}`;
  }
  return null;
}
