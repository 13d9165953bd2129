// What every part of the console draws with.
import { h, render } from './vendor/preact.js';
import htm from './vendor/htm.js';

export { render };
export { useEffect, useRef, useState } from './vendor/hooks.js';

export const html = htm.bind(h);
