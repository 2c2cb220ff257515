/**
 * What JSX becomes here: text of HTML, at once. The compiler calls `jsx` for each element (`jsxImportSource` of tsconfig.json, and
 * `imports` of package.json, which says that this is the file).
 *
 * All that is put into an element or an attribute is escaped, unless it is an element itself. Names of elements and attributes are
 * taken as they are: the page writes them, nobody sends them. There is nothing that waits, and no HTML that is put in as text: what the
 * page shows is known before it is made. hono's own runtime can do both, and runs in browsers, too, for ten times the code.
 */

/** An element, as HTML. */
export class Markup {
  readonly #html: string;

  constructor(html: string) {
    this.#html = html;
  }

  toString(): string {
    return this.#html;
  }
}

/** What can stand in an element. Nothing is shown of `true`, `false`, `null` and `undefined`. */
export type Child = Markup | string | number | boolean | null | undefined | readonly Child[];

type Props = { readonly [name: string]: unknown; readonly children?: Child };

/** A function that makes an element out of what it is given. */
type Component = (props: Props) => Child;

export declare namespace JSX {
  type Element = Markup;
  type ElementType = string | ((props: never) => Child);
  interface ElementChildrenAttribute {
    children: Child;
  }
  interface IntrinsicElements {
    [tag: string]: { [attribute: string]: Child };
  }
}

/** Elements that have no content, and no end. */
const VOID = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

/** Attributes that say yes by being there. Of others `true` and `false` are words. */
const SWITCHES = new Set([
  ...['autofocus', 'checked', 'disabled', 'hidden', 'inert', 'multiple', 'novalidate', 'open', 'readonly'],
  ...['required', 'reversed', 'selected'],
]);

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, mark => ESCAPED[mark] ?? '');

export function jsx(tag: string | Component, props: Props): Markup {
  if (typeof tag === 'function') return new Markup(contentOf(tag(props)));
  const { children, ...attributes } = props;
  const start = `<${tag}${Object.entries(attributes).map(attributeOf).join('')}`;
  return new Markup(VOID.has(tag) ? `${start}/>` : `${start}>${contentOf(children)}</${tag}>`);
}

/** Several elements without one around them: `<>…</>`. */
export const Fragment: Component = ({ children }) => children;

// The compiler's names for elements with more than one child, and for all of them where it compiles for tests.
export { jsx as jsxDEV, jsx as jsxs };

function attributeOf([name, value]: [string, unknown]): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean' && SWITCHES.has(name)) return value ? ` ${name}=""` : '';
  return ` ${name}="${escapeHtml(String(value))}"`;
}

function contentOf(child: Child): string {
  if (typeof child === 'string') return escapeHtml(child);
  if (child instanceof Markup || typeof child === 'number') return String(child);
  return typeof child === 'object' && child !== null ? child.map(contentOf).join('') : '';
}
