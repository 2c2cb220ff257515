/** Commands in text that people copy: which of them have a secret among their arguments, where the list of processes shows it. */

/** What a value is called that must not be seen. */
const SECRET = /\$\{?\w*(?:TOKEN|SECRET|SESSION|PASSWORD|_KEY|CREATED)\w*\}?|Bearer\s+\S|secret_key|api_key/i;

/** Programs of their own, as opposed to what a shell does itself (`printf`, `read`, `export`). */
const PROGRAM = /(?:^|[\s;|&(])(?:curl|wget|http|https|node|npx|npm|wrangler|openssl|grep|jq)\s/;

/** The commands of a page with a secret among their arguments. */
export const secretsInArguments = (page: string): string[] =>
  commandsOf(page).filter(command => PROGRAM.test(command) && SECRET.test(argumentsOf(command)));

/** The same for code: a command is in a line of a comment or of a message. */
export const secretsInCodeLines = (code: string): string[] =>
  code.split('\n').filter(line => /\b(?:curl|wget) /.test(line) && SECRET.test(argumentsOf(line)));

/** Commands in fenced blocks, each with its continued lines, and those in the midst of a sentence. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const inline = [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)];
  return [...blocks.flatMap(linesOf), ...inline.map(([, command = '']) => command)];
}

/** The lines of a block, without here-documents: those are read, not given as arguments. */
const linesOf = (block: string): string[] =>
  block
    .replaceAll(/<<-?\s*(['"]?)(\w+)\1\n[\s\S]*?^\2$/gm, '')
    .replaceAll(/\\\n/g, ' ')
    // A quote that is open at the end of a line goes on in the next.
    .replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"/g, quoted => quoted.replaceAll('\n', ' '))
    .split('\n');

/** A command without what it reads from: here-strings, and what the shell's own `printf` or a file says. */
const argumentsOf = (command: string): string =>
  command.replaceAll(/<<<\s*"[^"]*"/g, '').replaceAll(/@?<\((?:printf|sed)\s[^)]*\)/g, '');
