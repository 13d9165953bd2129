// Lines over time. The library comes when the first chart is drawn; what it draws is told in words beside it.
import { html, useEffect, useRef } from './view.js';

const HEIGHT = 220;
const colours = ['--line-1', '--line-2', '--line-3'];

let library;

function load() {
  library ??= import('./vendor/uplot.js').then((module) => module.default);
  return library;
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsOf(names, width) {
  const axis = { stroke: colour('--text'), grid: { stroke: colour('--line'), width: 1 } };
  return {
    width,
    height: HEIGHT,
    series: [
      {},
      ...names.map((label, i) => ({ label, stroke: colour(colours[i]), width: 2, points: { show: false } })),
    ],
    axes: [axis, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] }],
    scales: { y: { range: (_, low, high) => [0, Math.max(4, high)] } },
  };
}

// `data`: seconds since 1970, then a row of numbers for each name.
export function Chart({ data, names }) {
  const place = useRef();
  const chart = useRef();
  useEffect(() => {
    let ended = false;
    let watch;
    load().then((uPlot) => {
      if (ended) return;
      const width = () => place.current.clientWidth;
      chart.current = new uPlot(optionsOf(names, width()), data, place.current);
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
  const totals = names.map((name, i) => `${name} ${data[i + 1].reduce((sum, each) => sum + each, 0)}`);
  const words = `Lines over time: ${totals.join(', ')}`;
  return html`<div class="chart" role="img" aria-label=${words}><div ref=${place}></div></div>`;
}
