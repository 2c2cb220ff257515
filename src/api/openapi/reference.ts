/**
 * `GET /docs`: the OpenAPI document as a page. Rendered here, from the same objects; it loads nothing, from nowhere, and
 * runs no script, which its policy also says.
 */

import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { JsonSchema } from '../../input/json-schema';
import { sha256 } from '../../sha256';
import { inputSchemas } from './inputs';
import { ANSWERS, OPERATIONS } from './operations';
import { type Operation, TAGS } from './operations/operation';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 54rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid #8886 }
h3 { margin-bottom: 0 } h3 code { font-weight: normal }
code, pre { font: .85rem/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .75rem; background: #8881; border-radius: .4rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0 }
tr + tr td { border-top: 1px solid #8883 }
nav a { margin-right: 1rem } .method { text-transform: uppercase; font-weight: bold }
`;

const policyOf = async () => {
  const style = `'sha256-${(await sha256(STYLE)).toBase64()}'`;
  return `default-src 'none'; style-src ${style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
};

export async function reference(c: Context<{ Bindings: Env }>): Promise<Response> {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gapless API</title><style>${raw(STYLE)}</style></head><body>
<h1>Gapless API</h1>
<p>Requests carry <code>Authorization: Bearer &lt;token&gt;</code>, bodies are JSON, errors are
<code>application/problem+json</code>. For programs: <a href="/openapi.json"><code>/openapi.json</code></a>.</p>
<nav>${Object.keys(TAGS).map(tag => html`<a href="#${tag}">${tag}</a>`)}<a href="#schemas">schemas</a></nav>
${Object.entries(TAGS).map(([tag, text]) => section(tag, text))}
<h2 id="schemas">Schemas</h2>
${Object.entries({ ...inputSchemas(), ...ANSWERS }).map(([name, schema]) => schemaOf(name, schema))}
</body></html>`;
  return c.html(page, 200, {
    'Content-Security-Policy': await policyOf(),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
}

const section = (tag: string, text: string) => html`<h2 id="${tag}">${tag}</h2><p>${text}</p>
${OPERATIONS.filter(operation => operation.tag === tag).map(operationOf)}`;

function operationOf({ method, path, id, summary, description, takes = [], body, answers }: Operation) {
  const [status, schema] = answers;
  return html`<h3 id="${id}">${summary}</h3>
<p><code><span class="method">${method}</span> ${path}</code></p>
${description === undefined ? '' : html`<p>${description}</p>`}
${takes.length === 0 ? '' : html`<p>Takes ${takes.map(name => html`<code>${name.replace(/^\w+_status$/, 'status')}</code> `)}</p>`}
${body === undefined ? '' : html`<p>Body: ${linkTo(body.schema)}</p>`}
${body?.example === undefined ? '' : html`<pre>${JSON.stringify(body.example, null, 2)}</pre>`}
<p>Answers ${status} ${schema === null ? '' : linkTo(schema)}</p>`;
}

const linkTo = (schema: string) => html`<a href="#schema-${schema}">${schema}</a>`;

function schemaOf(name: string, { properties = {} }: JsonSchema) {
  return html`<h3 id="schema-${name}">${name}</h3><table>
${Object.entries(properties as Record<string, JsonSchema>).map(
  ([field, schema]) => html`<tr><td><code>${field}</code></td><td>${wordsOf(schema)}</td></tr>`,
)}</table>`;
}

/** A schema in a few words. */
function wordsOf(schema: JsonSchema): string {
  const { type, anyOf, items, minimum, maximum, description } = schema;
  const words = [
    typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined,
    Array.isArray(schema.enum) ? schema.enum.map(value => JSON.stringify(value)).join(', ') : undefined,
    Array.isArray(anyOf) ? anyOf.map(one => wordsOf(one as JsonSchema)).join(' or ') : undefined,
    type === 'array' ? `list of ${wordsOf((items ?? {}) as JsonSchema)}` : undefined,
    typeof type === 'string' && type !== 'array' ? type : undefined,
    minimum !== undefined && maximum !== undefined ? `from ${minimum} to ${maximum}` : undefined,
    schema.default === undefined ? undefined : `[${JSON.stringify(schema.default)}]`,
    typeof description === 'string' ? description : undefined,
  ];
  return words.filter(word => word !== undefined).join(' ');
}
