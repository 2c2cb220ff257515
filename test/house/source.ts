/**
 * Reads what the house rules speak of. dependency-cruiser finds the imports and the circles. TypeScript, which knows what
 * an expression is, finds the calls of `SqlStorage.exec` (`RegExp` has an `exec` too) and checks that no import was missed.
 */
import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { isMethodSignatureDeclaration, isStringLiteral } from 'typescript/unstable/ast/is';
import { API, type Project, SymbolFlags } from 'typescript/unstable/sync';

/** A file of src/, by its path from the root of the repository, with slashes. */
export interface SourceFile {
  path: string;
  lines: number;
  usesSql: boolean;
}

/** `to` is a path as in `SourceFile`, or, outside of src/, the name as it stands in the import. */
export interface Import {
  from: string;
  to: string;
}

export interface Source {
  files: SourceFile[];
  imports: Import[];
  /** Each as the files on its way. */
  circles: string[][];
  /** Imports that TypeScript sees and dependency-cruiser does not: the rules would not hold for them. */
  unread: Import[];
}

const OPTIONS = join(import.meta.dirname, '../../.dependency-cruiser.json');

/** What is not for the Worker has a tsconfig.json of its own. */
async function nestedProjects(root: string): Promise<string[]> {
  const paths = await readdir(join(root, 'src'), { recursive: true });
  return paths.filter(path => basename(path) === 'tsconfig.json').map(path => join('src', path));
}

/** Reads src/ below a directory that has a tsconfig.json. */
export async function readSource(root: string): Promise<Source> {
  const { output } = await cruise(['src'], { ...(await extractOptions(OPTIONS)), baseDir: root });
  if (typeof output === 'string') throw new Error(output);
  const modules = output.modules
    .filter(module => inSource(module.source))
    .toSorted((a, b) => (a.source < b.source ? -1 : 1));
  const seen = new Set(
    modules.flatMap(({ source, dependencies }) => dependencies.map(({ module }) => `${source} ${module}`)),
  );

  const api = new API({ cwd: root });
  try {
    const openProjects = ['tsconfig.json', ...(await nestedProjects(root))].map(path => join(root, path));
    const projects = api.updateSnapshot({ openProjects }).getProjects();
    const main = projects.find(({ configFileName }) => configFileName === openProjects[0]);
    if (main === undefined) throw new Error(`no project in ${root}`);
    const sql = new Set(filesWithSql(main));
    const read = projects.map(project => readWithTypeScript(project, root, sql));
    const files = read.flatMap(project => project.files);
    const specifiers = read.flatMap(project => project.specifiers);
    return {
      files,
      imports: modules.flatMap(({ source, dependencies }) =>
        dependencies.map(({ resolved, module }) => ({
          from: source,
          to: inSource(resolved) ? resolved : module,
        })),
      ),
      circles: circlesOf(modules),
      // Modules of the runtime have two names; dependency-cruiser knows them by the short one.
      unread: specifiers.filter(({ from, to }) => !seen.has(`${from} ${to.replace(/^node:/, '')}`)),
    };
  } finally {
    api.close();
  }
}

/** @param withSql names of files that speak SQL */
function readWithTypeScript(
  project: Project,
  root: string,
  withSql: ReadonlySet<string>,
): { files: SourceFile[]; specifiers: Import[] } {
  const pathOf = (file: string) => relative(root, file).split(sep).join('/');
  const files: SourceFile[] = [];
  const specifiers: Import[] = [];
  for (const name of project.program.getSourceFileNames().toSorted()) {
    const path = pathOf(name);
    const file = inSource(path) ? project.program.getSourceFile(name) : undefined;
    if (file === undefined) continue;
    // The last line ends with a line break, after which another, empty one begins.
    files.push({ path, lines: file.getLineStarts().length - 1, usesSql: withSql.has(name) });
    for (const specifier of file.imports) {
      if (isStringLiteral(specifier)) specifiers.push({ from: path, to: specifier.text });
    }
  }
  return { files, specifiers };
}

/** The files that refer to the method `exec` of SqlStorage, by whatever name they hold the storage. */
function filesWithSql(project: Project): string[] {
  const { checker } = project;
  const storage = checker.resolveName('SqlStorage', SymbolFlags.Class | SymbolFlags.Interface);
  const exec = storage && checker.getPropertyOfType(checker.getDeclaredTypeOfSymbol(storage), 'exec');
  const declaration = exec?.valueDeclaration?.resolve(project);
  if (declaration === undefined || !isMethodSignatureDeclaration(declaration))
    throw new Error('no SqlStorage.exec');
  const { name } = declaration;
  const nodes = checker
    .getReferencedSymbolsForNode(name, name.end)
    .flatMap(({ references }) => references.map(reference => reference.resolve(project)));
  return nodes.flatMap(node => node?.getSourceFile().fileName ?? []);
}

function circlesOf(modules: ICruiseResult['modules']): string[][] {
  const circles = modules.flatMap(({ dependencies }) =>
    dependencies.flatMap(({ cycle }) => (cycle === undefined ? [] : [cycle.map(({ name }) => name)])),
  );
  const byMembers = new Map(circles.map(circle => [circle.toSorted().join(' '), circle]));
  return [...byMembers.values()];
}

function inSource(path: string): boolean {
  return path.startsWith('src/');
}
