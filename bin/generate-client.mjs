/**
 * Writes cli/src/gateway/openapi.gen.ts, the types of the API for the command line and the tests, from the /openapi.json of a running
 * gateway: `node bin/generate-client.mjs [http://127.0.0.1:8787] [--print]`. With `--print` it only prints them.
 */
import { writeFile } from 'node:fs/promises';
import openapiTS from 'openapi-typescript';

const args = process.argv.slice(2);
const gateway = args.find(arg => arg.startsWith('http')) ?? 'http://127.0.0.1:8787';
const document = await (await fetch(`${gateway}/openapi.json`)).json();
const types = await openapiTS(document, { alphabetize: true });
if (args.includes('--print')) process.stdout.write(types);
else await writeFile(new URL('../cli/src/gateway/openapi.gen.ts', import.meta.url), types);
