/** Buttons that change something: each is a form, as links only show. None is shown to whoever may only read. */

import type { Visitor } from '../context';
import type { Child } from '../jsx/jsx-runtime';
import { FORM_TOKEN } from '../session';
import { seen } from './foreign-text';

export function HiddenFormToken({ visitor }: { visitor: Visitor }) {
  return <input type="hidden" name={FORM_TOKEN} value={visitor.formToken} />;
}

type Props = {
  visitor: Visitor;
  /** Where it is sent. */
  to: string;
  /** What stands on the button. */
  name: string;
  /** To what, for those who hear the button alone. */
  about?: string;
  /** Fields, before the button. */
  children?: Child;
};

export function Action({ visitor, to, name, about, children }: Props) {
  if (!visitor.canWrite) return null;
  return (
    <form method="post" action={to} class="action">
      <HiddenFormToken visitor={visitor} />
      {children}
      <button type="submit" aria-label={about === undefined ? undefined : seen(`${name}: ${about}`)}>
        {name}
      </button>
    </form>
  );
}
