// Times, sizes and spans for people, in their own language and zone where that matters.

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const time = (text) => (text ? moment.format(new Date(text)) : '');

const units = [
  ['d', 86400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

// "3 h 12 min": the two largest units.
export function span(seconds) {
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    if (count > 0 || (name === 's' && parts.length === 0)) parts.push(`${count} ${name}`);
    left -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

export function ago(text, now = Date.now()) {
  if (!text) return 'never';
  const seconds = (now - Date.parse(text)) / 1000;
  return seconds < 0 ? `in ${span(-seconds)}` : `${span(seconds)} ago`;
}

export function bytes(count) {
  if (count === undefined || count === null) return '';
  let value = count;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024 || unit === 'TiB') return `${value.toFixed(unit === 'B' || value >= 100 ? 0 : 1)} ${unit}`;
    value /= 1024;
  }
}

// Of what the overview counts: from so many on it is not counted.
export const counted = (count) => (count >= 10000 ? '10,000 or more' : count.toLocaleString('en'));

export const shortId = (id) => id.slice(-8);
