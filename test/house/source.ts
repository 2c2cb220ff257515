/**
 * Reads what the house rules speak of. dependency-cruiser finds the imports and the circles. TypeScript, which knows what
 * an expression is, finds the calls of `SqlStorage.exec` (`RegExp` has an `exec` too) and checks that no import was missed.
 */
import { join, relative, sep } from 'node:path';
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
    const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects();
    if (project === undefined) throw new Error(`no project in ${root}`);
    const { files, specifiers } = readWithTypeScript(project, root);
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

function readWithTypeScript(project: Project, root: string): { files: SourceFile[]; specifiers: Import[] } {
  const pathOf = (file: string) => relative(root, file).split(sep).join('/');
  const withSql = new Set(filesWithSql(project).map(pathOf));
  const files: SourceFile[] = [];
  const specifiers: Import[] = [];
  for (const name of project.program.getSourceFileNames().toSorted()) {
    const path = pathOf(name);
    const file = inSource(path) ? project.program.getSourceFile(name) : undefined;
    if (file === undefined) continue;
    // The last line ends with a line break, after which another, empty one begins.
    files.push({ path, lines: file.getLineStarts().length - 1, usesSql: withSql.has(path) });
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
