/** What went wrong, as a page. */
import type { Failure } from './ask-api';
import type { PageContext, Visitor } from './context';
import { Layout, showPage } from './layout';
import { ForeignText } from './parts/foreign-text';

export type Wrong = Pick<Failure, 'title' | 'detail'> & { status: number; requestId?: string | null };

/** @param visitor null where nobody is signed in */
export function errorPage(c: PageContext, visitor: Visitor | null, wrong: Wrong): Promise<Response> {
  return showPage(
    c,
    <Layout title={wrong.title} visitor={visitor}>
      <h1>{wrong.title}</h1>
      <p class="notice bad" role="alert">
        <ForeignText>{wrong.detail}</ForeignText>
      </p>
      {wrong.requestId ? (
        <p class="soft">
          In the log under <code>{wrong.requestId}</code>.
        </p>
      ) : null}
      <p>
        <a href="/">To the overview</a>
      </p>
    </Layout>,
    // Whatever status the API answers has a body.
    wrong.status,
  );
}

/** The page for a request that the API refused. */
export const failed = (c: PageContext, failure: Failure): Promise<Response> =>
  errorPage(c, c.var.visitor, failure);
