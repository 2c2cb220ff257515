/** What all pages have around their content. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ASSETS } from './assets.gen';
import type { PageContext, Visitor } from './context';
import { PAGE_HEADERS } from './headers';
import type { Child, Markup } from './jsx/jsx-runtime';
import { HiddenFormToken } from './parts/action';
import { ForeignText, seen } from './parts/foreign-text';
import { type Live, LiveBar } from './parts/live';

/** Where one is, from the overview on; the last one is the page itself. */
export type Crumb = { name: string; href: string };

type Props = {
  title: string;
  visitor: Visitor | null;
  crumbs?: readonly Crumb[];
  /** Where parts of it change by themselves. */
  live?: Live;
  children?: Child;
};

export function Layout({ title, visitor, crumbs = [], live, children }: Props) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{seen(`${title} · Gapless`)}</title>
        <link rel="icon" type="image/svg+xml" href={ASSETS.icon} />
        <link rel="stylesheet" href={ASSETS.style} />
        <script type="module" src={ASSETS.script}></script>
      </head>
      <body>
        <a class="skip" href="#main">
          To the content
        </a>
        <header class="top">
          <a class="brand" href="/">
            <img src={ASSETS.icon} alt="" width="18" height="18" />
            Gapless
          </a>
          {visitor === null ? null : (
            <>
              <nav aria-label="Site">
                <a href="/docs">API</a>
              </nav>
              <WhoIs visitor={visitor} />
            </>
          )}
        </header>
        <main id="main" tabindex={-1}>
          {crumbs.length === 0 && live === undefined ? null : (
            <div class="place">
              {crumbs.length === 0 ? null : <Crumbs crumbs={crumbs} />}
              {live === undefined ? null : <LiveBar live={live} />}
            </div>
          )}
          {children}
        </main>
      </body>
    </html>
  );
}

function WhoIs({ visitor }: { visitor: Visitor }) {
  const { id, scope } = visitor.principal;
  return (
    <form method="post" action="/sign_out" class="who">
      <HiddenFormToken visitor={visitor} />
      <span class="soft">
        {id === 'admin' ? 'admin token' : `token ${id}`}
        {scope === 'read' ? ', reads only' : ''}
      </span>
      <button type="submit" class="plain">
        Sign out
      </button>
    </form>
  );
}

function Crumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumbs" class="crumbs">
      <ol>
        {crumbs.map(({ name, href }, i) => (
          <li>
            <a href={href} aria-current={i === crumbs.length - 1 ? 'page' : undefined}>
              <ForeignText>{name}</ForeignText>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A page as an answer. @param status one that has a body */
export async function showPage(c: PageContext, page: Markup, status = 200): Promise<Response> {
  return c.html(`<!doctype html>${page}`, status as ContentfulStatusCode, { ...PAGE_HEADERS });
}
