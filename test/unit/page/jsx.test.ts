/** The page's JSX: the text that hono's own runtime makes of the same elements, with whatever is put into them escaped. */
import fc from 'fast-check';
import { Fragment as HonoFragment, jsx as honoJsx } from 'hono/jsx/jsx-runtime';
import { expect, it } from 'vitest';
import { type Child, Fragment, jsx } from '../../../src/page/jsx/jsx-runtime';

const NASTY = `<script>alert("x")</script> & 'more'`;

it('escapes what is put into elements and attributes, and nothing twice', () => {
  const inner = jsx('b', { title: NASTY, children: NASTY });
  const escaped = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39;';
  expect(String(inner)).toBe(`<b title="${escaped}">${escaped}</b>`);
  expect(String(jsx('p', { children: [inner, 'a & b'] }))).toBe(`<p>${inner}a &amp; b</p>`);
});

it('shows nothing of what is no content, and leaves out attributes that have no value', () => {
  const children = [null, undefined, true, false, 0, ['', [1]]];
  expect(String(jsx('p', { id: undefined, lang: null, children }))).toBe('<p>01</p>');
});

it('says yes by an attribute that is there, and writes the words where an attribute has them', () => {
  expect(String(jsx('input', { required: true, checked: false, spellcheck: false }))).toBe(
    '<input required="" spellcheck="false"/>',
  );
});

it('asks a component for what it makes of its properties', () => {
  const Twice = ({ children }: { readonly children?: Child }) => [children, children];
  expect(String(jsx(Twice, { children: 'a<' }))).toBe('a&lt;a&lt;');
  expect(String(jsx(() => null, {}))).toBe('');
});

it('draws what hono would', () => {
  // A truth value in an svg is text to hono, so svg is not among the trees below.
  const attributes = { viewBox: '0 0 8 8', class: NASTY };
  const theirs = honoJsx('svg', { ...attributes, children: [honoJsx('path', { d: 'M0 0h8' })] });
  expect(String(jsx('svg', { ...attributes, children: [jsx('path', { d: 'M0 0h8' })] }))).toBe(
    String(theirs),
  );
});

/** A tree, for either runtime. */
type Tree =
  | string
  | number
  | boolean
  | null
  | { tag: string; attributes: Record<string, string | number | boolean | null>; children: Tree[] };

const { tree } = fc.letrec<{ tree: Tree; leaf: Tree; node: Tree }>(tie => ({
  tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('node')),
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constant(NASTY),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  ),
  node: fc.record({
    tag: fc.constantFrom('', 'a', 'p', 'br', 'input', 'path', 'textarea', 'select', 'option'),
    attributes: fc.dictionary(
      fc.constantFrom(
        'class',
        'hidden',
        'checked',
        'required',
        'spellcheck',
        'aria-label',
        'data-x',
        'viewBox',
        'value',
      ),
      fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null)),
    ),
    children: fc.array(tie('tree'), { maxLength: 4 }),
  }),
}));

const VOID = ['br', 'input'];

function own(given: Tree): Child {
  if (typeof given !== 'object' || given === null) return given;
  const children = VOID.includes(given.tag) ? [] : given.children.map(own);
  return given.tag === '' ? jsx(Fragment, { children }) : jsx(given.tag, { ...given.attributes, children });
}

function honos(given: Tree): ReturnType<typeof honoJsx> | string | number | boolean | null {
  if (typeof given !== 'object' || given === null) return given;
  const children = VOID.includes(given.tag) ? [] : given.children.map(honos);
  return given.tag === ''
    ? honoJsx(HonoFragment, { children }, '')
    : honoJsx(given.tag, { ...given.attributes, children }, '');
}

it('writes what hono would', () => {
  fc.assert(
    fc.property(tree, given => {
      const whole: Tree = { tag: 'div', attributes: {}, children: [given] };
      expect(String(own(whole))).toBe(String(honos(whole)));
    }),
  );
});
