/**
 * `GET /docs`: the OpenAPI document as a page, rendered from the same objects when the gateway is built; it loads nothing, from
 * nowhere, and runs no script.
 */
import { html, raw } from 'hono/html';
import type { JsonSchema } from '../../input/json-schema';
import { curlOf } from './curl';
import { inputSchemas } from './inputs';
import { ANSWERS, OPERATIONS } from './operations';
import { type Operation, TAGS } from './operations/operation';
import { PARAMETERS, parameterNames } from './parameters';
import { type Field, fieldsIn, kindOfSchema, referred } from './words';

/** On a narrow screen a row of a table becomes a paragraph, and long words break. */
export const REFERENCE_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
h2 { margin-top: 3rem; border-bottom: 1px solid #8886 }
h3 { margin: 2.5rem 0 0 } h3 code { font-weight: normal } h4 { margin: 1rem 0 .25rem }
code, pre { font: .85rem/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: .75rem; background: #8881; border-radius: .4rem; overflow-wrap: normal }
table { border-collapse: collapse; width: 100% } td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0 }
td:first-child { width: 30% } td:nth-child(2) { width: 25% }
tr + tr td { border-top: 1px solid #8883 } small { opacity: .75 }
nav a { display: inline-block; margin-right: 1rem } .method { text-transform: uppercase; font-weight: bold }
@media (max-width: 40rem) {
table, tbody, tr, td, td:first-child, td:nth-child(2) { display: block; width: auto; padding: 0 }
tr { padding: .4rem 0; border-top: 1px solid #8883 } tr + tr td { border-top: 0 }
}
`;

export const referencePage = () => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gapless API</title><style>${raw(REFERENCE_STYLE)}</style></head><body>
<h1>Gapless API</h1>
<p>Requests carry <code>Authorization: Bearer &lt;token&gt;</code>, bodies are JSON, errors are
<code>application/problem+json</code>. Times are RFC 3339. Yes and no are <code>true</code> and <code>false</code>; <code>1</code>
and <code>0</code> are taken too. A name may stand wherever the id of a webhook or a destination may.
The examples are for bash: <code>GATEWAY=https://…</code>, the token in <code>TOKEN</code>.
For programs: <a href="/openapi.json"><code>/openapi.json</code></a>.</p>
<nav>${Object.keys(TAGS).map(tag => html`<a href="#${tag}">${tag}</a>`)}<a href="#schemas">schemas</a></nav>
${Object.entries(TAGS).map(([tag, text]) => section(tag, text))}
<h2 id="schemas">Schemas</h2>
${Object.entries(inputSchemas()).map(([name, schema]) => schemaOf(name, schema, 'required'))}
${Object.entries(ANSWERS).map(([name, schema]) => schemaOf(name, schema, 'always there'))}
</body></html>`;

const section = (tag: string, text: string) => html`<h2 id="${tag}">${tag}</h2><p>${text}</p>
${OPERATIONS.filter(operation => operation.tag === tag).map(operationOf)}`;

function operationOf(operation: Operation) {
  const { method, path, id, summary, description, body, answers } = operation;
  const [status, schema] = answers;
  const parameters = parameterNames(operation).map(parameterOf);
  return html`<h3 id="${id}">${summary}</h3>
<p><code><span class="method">${method}</span> ${path}</code></p>
${description === undefined ? '' : html`<p>${prose(description)}</p>`}
${parameters.length === 0 ? '' : html`<h4>Parameters</h4>${tableOf(parameters)}`}
${body === undefined ? '' : html`<h4>Body</h4><p>${linkTo(body.schema)}${body.optional === true ? ', or nothing' : ''}</p>`}
<h4>Example</h4><pre>${curlOf(operation)}</pre>
<p>Answers ${status} ${schema === null ? '' : linkTo(schema)}</p>`;
}

type Row = Omit<Field, 'required'> & { note: string; link?: string | null };

function parameterOf(name: string): Row {
  const parameter = PARAMETERS[name];
  const { schema = {}, required = false, description: meaning = '' } = parameter ?? {};
  return {
    ...{
      name: parameter?.name ?? name,
      kind: kindOfSchema(schema),
      note: `in the ${parameter?.in}${required ? ', required' : ''}`,
      meaning,
    },
    fallback: schema.default === undefined ? null : String(schema.default),
  };
}

const linkTo = (schema: string) => html`<a href="#schema-${schema}">${schema}</a>`;

/** @param note what is said of fields that an object must have, or has */
function schemaOf(name: string, schema: JsonSchema, note: string) {
  const forms = Array.isArray(schema.anyOf) ? (schema.anyOf as JsonSchema[]) : [schema];
  const properties = Object.assign({}, ...forms.map(form => form.properties)) as Record<string, JsonSchema>;
  const fields = forms.flatMap(form => fieldsIn(form));
  const rows = fields.map(
    ({ required, ...field }): Row => ({
      ...{ ...field, note: required ? note : '' },
      link: referred(properties[field.name] ?? {}),
    }),
  );
  return html`<h3 id="schema-${name}">${name}</h3>${rows.length === 0 ? '' : tableOf(rows)}`;
}

const tableOf = (rows: readonly Row[]) =>
  html`<table>${rows.map(
    ({ name, note, kind, link, fallback, meaning }) => html`<tr>
<td><code>${name}</code> <small>${note}</small></td>
<td>${link == null ? kind : linkTo(link)}${fallback === null ? '' : html` <small>default <code>${fallback}</code></small>`}</td>
<td>${prose(meaning)}</td></tr>`,
  )}</table>`;

/** A sentence, with what stands between backticks as code. */
const prose = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
