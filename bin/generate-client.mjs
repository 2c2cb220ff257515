/**
 * Writes test/support/openapi.gen.ts, the types of the client that the tests use, from the /openapi.json of a running
 * gateway: `node bin/generate-client.mjs [http://127.0.0.1:8787]`.
 */
import { writeFile } from 'node:fs/promises';
import openapiTS from 'openapi-typescript';

const [, , gateway = 'http://127.0.0.1:8787'] = process.argv;
const document = await (await fetch(`${gateway}/openapi.json`)).json();
const target = new URL('../test/support/openapi.gen.ts', import.meta.url);
await writeFile(target, await openapiTS(document, { alphabetize: true }));
