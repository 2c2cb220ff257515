/** A text that has to be carried elsewhere, as a field that can be selected and copied without any script. */
import { idOf } from './field';

type Props = { name: string; label: string; value: string };

export function ToCopy({ name, label, value }: Props) {
  const id = idOf(name);
  return (
    <div class="field">
      <label for={id} id={`${id}-label`}>
        {label}
      </label>
      <span class="row copied">
        <input id={id} class="mono" readonly value={value} autocomplete="off" spellcheck={false} />
        <button type="button" hidden data-copy={id} aria-describedby={`${id}-label`}>
          Copy
        </button>
      </span>
    </div>
  );
}
