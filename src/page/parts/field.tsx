/** A field of a form with its label, what it is for, and what is wrong with what was entered. */
import type { Child } from '../jsx/jsx-runtime';
import { ForeignText, seen } from './foreign-text';

type Props = {
  name: string;
  label: string;
  /** Words between backticks are shown as code. */
  hint?: string | undefined;
  error?: string | undefined;
  /** What stands in the control: said once more where a part of it cannot be seen there. */
  value?: string;
  /** The control; its id is `idOf(name)`. */
  children?: Child;
};

/** Names of fields are JSON pointers without their first slash. */
export const idOf = (name: string): string => name.replaceAll('/', '-');

/** What a control names as its description. */
export function describedBy({ name, hint, error }: Pick<Props, 'name' | 'hint' | 'error'>) {
  const ids = [
    hint === undefined ? [] : `${idOf(name)}-hint`,
    error === undefined ? [] : `${idOf(name)}-error`,
  ];
  const text = ids.flat().join(' ');
  return text === '' ? undefined : text;
}

export function Field({ name, label, hint, error, value = '', children }: Props) {
  const id = idOf(name);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {error === undefined ? null : (
        <span class="bad" id={`${id}-error`}>
          <ForeignText max={600}>{error}</ForeignText>
        </span>
      )}
      {seen(value) === value ? null : (
        <span class="soft">
          This reads: <ForeignText max={300}>{value}</ForeignText>
        </span>
      )}
      {hint === undefined ? null : (
        <span class="soft" id={`${id}-hint`}>
          <Marked>{hint}</Marked>
        </span>
      )}
    </div>
  );
}

/** Text of our own in which backticks mark code. What it quotes of others is made visible as elsewhere. */
export const Marked = ({ children }: { children: string }) => (
  <bdi>
    {seen(children)
      .split('`')
      .map((part, i) => (i % 2 === 0 ? part : <code>{part}</code>))}
  </bdi>
);
