/**
 * `npm run picture`: draws the folders of src/ and their imports into CONTRIBUTING.md, as Mermaid that GitHub shows.
 * `--print` prints the section instead.
 *
 * dependency-cruiser reads and draws. Between the two, arrows that a longer way of arrows says already are left out: of
 * all of them the picture would be a scribble. The files directly in src/ are left out too, as nearly every folder imports
 * some, except for the entry.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cruise, format } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { argumentsOf } from './arguments.mjs';

const BEGIN = '<!-- npm run picture -->\n';
const END = '<!-- end of the picture -->\n';
/** Everything in folders, and the entry. */
const SHOWN = '^src/(?:[^/]+/|index[.]ts$)';
/** A folder of src/ is one node; in src/log/ each folder and file is. */
const NODE = '^src/(?:log/)?[^/]+';

const args = argumentsOf(
  `npm run picture [-- --print]

Draws the folders of src/ and their imports into CONTRIBUTING.md.

  --print   prints the section instead`,
  { flags: ['--print'] },
);

const root = dirname(import.meta.dirname);
const contributing = join(root, 'CONTRIBUTING.md');

const section = `${BEGIN}\`\`\`mermaid\n${await draw()}\n\`\`\`\n${END}`;
if (args.includes('--print')) process.stdout.write(section);
else {
  const text = await readFile(contributing, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before === -1 || after < before) throw new Error(`CONTRIBUTING.md lacks ${BEGIN} or ${END}`);
  await writeFile(contributing, text.slice(0, before) + section + text.slice(after + END.length));
}

async function draw() {
  const options = await extractOptions(join(root, '.dependency-cruiser.json'));
  // Names in place of numbers for the nodes: a change of the picture can then be read in a diff.
  const reporterOptions = { mermaid: { minify: false } };
  const { output } = await cruise(['src'], {
    ...options,
    reporterOptions,
    baseDir: root,
    includeOnly: SHOWN,
  });
  const folded = await format(output, { outputType: 'json', collapse: NODE });
  const drawn = await format(withoutDetours(JSON.parse(folded.output)), { outputType: 'mermaid' });
  return drawn.output.trim();
}

/** Leaves out each arrow whose end is reached by other arrows too. */
function withoutDetours(result) {
  const targets = new Map(
    result.modules.map(({ source, dependencies }) => [source, new Set(dependencies.map(d => d.resolved))]),
  );
  const reaches = (from, to, passed = new Set()) =>
    [...(targets.get(from) ?? [])].some(next => {
      if (next === to) return true;
      if (passed.has(next)) return false;
      passed.add(next);
      return reaches(next, to, passed);
    });
  for (const [source, ends] of targets) {
    for (const end of [...ends]) {
      ends.delete(end);
      if (!reaches(source, end)) ends.add(end);
    }
  }
  const modules = result.modules.map(module => ({
    ...module,
    dependencies: module.dependencies.filter(({ resolved }) => targets.get(module.source).has(resolved)),
  }));
  return { ...result, modules };
}
