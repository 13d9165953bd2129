// A list that is as long as it is on the server: it comes page by page, and only the pages in sight, and near it, are
// drawn and kept up to date. Of the others the height stays. Who comes back to it finds it where it was left.
import { useLive } from './live.js';
import { html, useEffect, useRef, useState } from './view.js';

const ROWS = 100; // of a page
const NEAR = '800px';
const HEIGHT = 40; // of a page that was never drawn

// Whether it is near the screen; `heights[at]` is how high it was when it last was.
function useNear(place, heights, at) {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver(
      (seen) => {
        const { isIntersecting, boundingClientRect } = seen.at(-1);
        if (!isIntersecting) heights[at] = boundingClientRect.height;
        setNear(isIntersecting);
      },
      { rootMargin: NEAR },
    );
    heights[at] ??= HEIGHT;
    watch.observe(place.current);
    return () => watch.disconnect();
  }, []);
  return near;
}

function Row({ row, index, columns }) {
  return html`<tr aria-rowindex=${index}>${columns.map((c, i) =>
    i === 0 ? html`<th scope="row">${c.cell(row)}</th>` : html`<td data-label=${c.label}>${c.cell(row)}</td>`,
  )}</tr>`;
}

function Words({ columns, height, children }) {
  return html`<tr class="words" style=${{ height: `${height}px` }}><td colspan=${columns.length}>${children}</td></tr>`;
}

// The rows from `cursor` on. `tell` is told where the next page begins.
function Page({ at, cursor, heights, columns, keyOf, load, wanted, empty, tell }) {
  const place = useRef();
  const from = useRef();
  const near = useNear(place, heights, at);
  const { data, error, reload } = useLive(() => load(from.current, ROWS), wanted, 'page', !near);
  useEffect(() => {
    const moved = from.current !== cursor;
    from.current = cursor;
    if (moved && near) reload(); // what is drawn stays until then
  }, [cursor]);
  useEffect(() => data && tell(at, data.nextCursor), [data]);
  const words = (text) => html`<${Words} columns=${columns} height=${heights[at]}>${text}</${Words}>`;
  const rows = () =>
    data.items.length
      ? data.items.map(
          (row, i) =>
            html`<${Row} key=${keyOf(row)} row=${row} index=${2 + at * ROWS + i} columns=${columns} />`,
        )
      : words(empty);
  return html`<tbody ref=${place}>${near && data ? rows() : words(error?.message ?? (data ? '' : 'Loading…'))}</tbody>`;
}

function Pages({ caption, columns, ...list }) {
  const [cursors, setCursors] = useState(history.state?.cursors ?? [undefined]);
  const heights = useRef(history.state?.heights ?? []).current;
  const table = useRef();
  useEffect(() => {
    const keep = () => {
      const present = [...table.current.tBodies].map((each) => each.offsetHeight);
      history.replaceState({ cursors, heights: present, top: scrollY }, '');
    };
    addEventListener('click', keep, { capture: true }); // before it leads elsewhere
    return () => removeEventListener('click', keep, { capture: true });
  }, [cursors]);
  const tell = (at, next) =>
    setCursors((before) => {
      if (!next) return before.length === at + 1 ? before : before.slice(0, at + 1);
      return before[at + 1] === next ? before : [...before.slice(0, at + 1), next, ...before.slice(at + 2)];
    });
  return html`<table class="list" aria-rowcount="-1" ref=${table}><caption class="unseen">${caption}</caption>
    <thead><tr aria-rowindex="1">${columns.map((c) => html`<th scope="col">${c.label}</th>`)}</tr></thead>
    ${cursors.map(
      (cursor, at) => html`<${Page} key=${at} at=${at} cursor=${cursor} heights=${heights} columns=${columns}
        tell=${tell} ...${list} />`,
    )}</table>`;
}

// `load(cursor, limit)` answers a page; `query` is what is asked for: for another it is another list. `columns`,
// `keyOf`, `empty` as of Table, `wanted` as of useLive.
export const List = ({ query, ...list }) => html`<${Pages} key=${JSON.stringify(query)} ...${list} />`;
