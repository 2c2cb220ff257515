/** A form as the page shows it: fields with what was typed, errors beside them and named above. Sent as browsers send forms. */

import type { Visitor } from '../context';
import type { Child } from '../jsx/jsx-runtime';
import { HiddenFormToken } from '../parts/action';
import { describedBy, Field, idOf } from '../parts/field';
import { ForeignText } from '../parts/foreign-text';
import type { FormField } from './form-field';
import { type FieldError, sortedErrors, type Values } from './form-values';

/** What went wrong when the form was sent. `said`: what the API said of it as a whole. `anew`: the page whose form has what there is now. */
export type Refused = { said: string; errors: readonly FieldError[]; anew?: string };

export type Group = { name: string; isOpen: boolean; fields: readonly FormField[] };

type Props = {
  visitor: Visitor;
  to: string;
  /** What stands on the button. */
  send: string;
  /** The first without a name of its own; the others can be folded up. */
  groups: readonly Group[];
  values: Values;
  refused: Refused | null;
  /** Hidden fields, by name. */
  hidden?: Values;
  /** Where one goes who does not want it. */
  back: string;
  children?: Child;
};

export function Form({ visitor, to, send, groups, values, refused, hidden = {}, back, children }: Props) {
  const fields = groups.flatMap(group => group.fields);
  const { beside, others } = sortedErrors(refused?.errors ?? [], fields);
  return (
    <form method="post" action={to} class="panel stack form" autocomplete="off">
      {refused === null ? null : (
        <WhatIsWrong refused={refused} fields={fields} beside={beside} others={others} />
      )}
      {groups.map(({ name, isOpen, fields: own }) => {
        const inner = own.map(field => (
          <FormControl
            field={refused === null ? field : onceMore(field)}
            value={values[field.name] ?? ''}
            error={beside[field.name]}
          />
        ));
        if (name === '') return inner;
        return (
          <details open={isOpen || own.some(field => field.name in beside)}>
            <summary>{name}</summary>
            <div class="stack">{inner}</div>
          </details>
        );
      })}
      {children}
      <div class="row">
        <HiddenFormToken visitor={visitor} />
        {Object.entries(hidden).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit" class="main">
          {send}
        </button>
        <a href={back}>Cancel</a>
      </div>
    </form>
  );
}

/** A secret that was entered is not sent back. */
const onceMore = (field: FormField): FormField =>
  field.kind === 'secret' ? { ...field, hint: `Enter it again. ${field.hint ?? ''}` } : field;

type WrongProps = {
  refused: Refused;
  fields: readonly FormField[];
  beside: Values;
  others: readonly string[];
};

function WhatIsWrong({ refused, fields, beside, others }: WrongProps) {
  const wrong = fields.filter(({ name }) => name in beside);
  return (
    <div class="notice bad" role="alert">
      {wrong.length === 0 && others.length === 0 ? (
        <p>
          <ForeignText>{refused.said}</ForeignText>
          {refused.anew === undefined ? null : (
            <>
              {' '}
              <a href={refused.anew}>Load it anew</a>
            </>
          )}
        </p>
      ) : (
        <p>Nothing was changed. What was entered cannot be taken:</p>
      )}
      <ul>
        {wrong.map(({ name, label }) => (
          <li>
            <a href={`#${idOf(name)}`}>{label}</a>: <ForeignText max={600}>{beside[name] ?? ''}</ForeignText>
          </li>
        ))}
        {others.map(text => (
          <li>
            <ForeignText max={600}>{text}</ForeignText>
          </li>
        ))}
      </ul>
    </div>
  );
}

type ControlProps = { field: FormField; value: string; error: string | undefined };

function FormControl({ field, value, error }: ControlProps) {
  const { name, label, kind } = field;
  const hint = field.hint;
  const common = {
    id: idOf(name),
    name,
    'aria-describedby': describedBy({ name, hint, error }),
    'aria-invalid': error === undefined ? undefined : ('true' as const),
    required: field.isRequired,
  };
  if (kind === 'yes') {
    return (
      <div class="field">
        <label class="row tick">
          <input type="checkbox" {...common} value="yes" checked={value !== ''} />
          <span>{label}</span>
        </label>
        {error === undefined ? null : (
          <span class="bad" id={`${common.id}-error`}>
            {error}
          </span>
        )}
        {hint === undefined ? null : (
          <span class="soft" id={`${common.id}-hint`}>
            {hint}
          </span>
        )}
      </div>
    );
  }
  return (
    <Field name={name} label={label} hint={hint} error={error} value={kind === 'secret' ? '' : value}>
      <Control field={field} value={value} common={common} />
    </Field>
  );
}

type Common = Readonly<Record<string, string | boolean | undefined>>;

function Control({ field, value, common }: { field: FormField; value: string; common: Common }) {
  const { kind, fallback, placeholder = fallback } = field;
  switch (kind) {
    case 'choice':
      return (
        <select {...common}>
          {(field.choices ?? []).map(([word, name]) => (
            <option value={word} selected={word === value}>
              {name}
            </option>
          ))}
        </select>
      );
    case 'json':
    case 'lines':
      return (
        <textarea
          {...common}
          class="mono"
          rows={kind === 'json' ? 6 : 3}
          spellcheck={false}
          placeholder={placeholder}
        >
          {value}
        </textarea>
      );
    case 'secret':
      return <input type="password" {...common} autocomplete="new-password" placeholder={placeholder} />;
    default:
      return (
        <input
          {...common}
          value={value}
          inputmode={kind === 'number' ? 'decimal' : undefined}
          placeholder={placeholder}
          spellcheck={false}
        />
      );
  }
}
