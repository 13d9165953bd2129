// Figures over time. The library comes when the first chart is drawn; what it draws is told in words beside it.
import { html, useEffect, useRef } from './view.js';

const HEIGHT = 190;

let library;

function load() {
  library ??= import('./vendor/uplot.js').then((module) => module.default);
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function optionsOf({ series, bars, tell, least }, width, uPlot) {
  const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const drawn = bars
    ? (tone) => ({ paths: uPlot.paths.bars({ size: [0.8, 40] }), fill: colour(tone), width: 0 })
    : (tone) => ({ stroke: colour(tone), width: 2, spanGaps: true });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    series: [{}, ...series.map(({ tone }) => ({ ...drawn(tone), points: { show: false } }))],
    axes: [
      { ...axis, size: 28, grid: { show: false }, values: (_, times) => times.map((each) => clock.format(each * 1000)) },
      { ...axis, size: 64, values: (_, values) => values.map(tell) },
    ],
    scales: { y: { range: (_, low, high) => [0, Math.max(least, high * 1.05)] } },
  };
}

// `data`: seconds since 1970, then a row of numbers (null: unknown) for each of `series`: {name, tone, words}, a tone
// being a colour of the style sheet; `words` says what it came to. Bars stand one in front of the other. `tell` puts a
// number into words, `least` is what the axis reaches at the least.
export function Chart({ title, data, series, bars = false, tell = String, least = 4 }) {
  const place = useRef();
  const chart = useRef();
  const shown = useRef();
  shown.current = data;
  useEffect(() => {
    let ended = false;
    let watch;
    load().then((uPlot) => {
      if (ended) return;
      const width = () => place.current.clientWidth;
      chart.current = new uPlot(optionsOf({ series, bars, tell, least }, width(), uPlot), shown.current, place.current);
      watch = new ResizeObserver(() => chart.current.setSize({ width: width(), height: HEIGHT }));
      watch.observe(place.current);
    });
    return () => {
      ended = true;
      watch?.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [data]);
  return html`<figure class="chart"><figcaption><h3>${title}</h3><ul class="legend">${series.map(
    ({ name, tone, words }) => html`<li class=${tone.replace('--', '')}>${name} <strong>${words}</strong></li>`,
  )}</ul></figcaption><div ref=${place} aria-hidden="true"></div></figure>`;
}
