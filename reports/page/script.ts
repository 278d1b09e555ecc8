/**
 * The page's only script, as the text that is inlined: it decodes the columns, draws all operations on a canvas over
 * the sampled marks, shows the operation under the pointer, and zooms the stack of plots along time. Plain JavaScript
 * without dependencies; the page is complete without it. It writes only text nodes, never markup.
 */
export const script = String.raw`'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  const copy = byId('copy');
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener('click', () => {
      navigator.clipboard.writeText(byId('repro').textContent).then(
        () => { copy.textContent = 'Copied'; },
        () => getSelection().selectAllChildren(byId('repro')));
    });
    copy.addEventListener('pointerleave', () => { copy.textContent = 'Copy'; });
  }

  for (const culprit of document.querySelectorAll('.bar.culprit')) {
    const scroll = culprit.closest('.scroll'), box = scroll.getBoundingClientRect(), bar = culprit.getBoundingClientRect();
    scroll.scrollLeft = (bar.left + bar.right) / 2 - box.left - box.width / 2;
  }

  const scatter = byId('scatter');
  if (!scatter) return;
  const stack = byId('stack');

  // Columns: see reports/data/columns.ts.
  const tables = JSON.parse(byId('tables').textContent);
  const n = tables.count;
  const start = new Float64Array(n), latency = new Float64Array(n), index = new Float64Array(n);
  const key = new Uint16Array(n), node = new Uint16Array(n), f = new Uint16Array(n), outcome = new Uint8Array(n);
  const outcomes = ['ok', 'fail', 'info', 'open'];
  {
    const text = atob(byId('columns').textContent);
    let at = 0;
    const read = () => {
      let value = 0, unit = 1, byte;
      do { byte = text.charCodeAt(at++); value += (byte & 127) * unit; unit *= 128; } while (byte > 127);
      return value;
    };
    let time = 0, event = 0;
    for (let i = 0; i < n; i++) {
      time += read(); start[i] = time;
      latency[i] = read();
      event += read(); index[i] = event;
      key[i] = read(); node[i] = read();
      const code = read();
      outcome[i] = code & 3; f[i] = code >> 2;
    }
  }

  const plot = {};
  for (const name of ['left', 'top', 'width', 'height', 'page']) plot[name] = Number(scatter.dataset[name]);
  const endUs = Number(scatter.dataset.endUs);
  const logFrom = Math.log(Number(scatter.dataset.fromUs)), logTo = Math.log(Number(scatter.dataset.toUs));
  let view = [0, endUs];

  const svg = byId('latency');
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  scatter.append(canvas);
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  scatter.append(tip);
  const brush = document.createElement('div');
  brush.className = 'brush';
  brush.hidden = true;
  stack.append(brush);

  const scale = () => svg.getBoundingClientRect().width / plot.page;
  const xOf = (us) => (us - view[0]) / (view[1] - view[0]) * plot.width;
  const yOf = (us) => {
    const share = (Math.log(Math.max(us, 1e-3)) - logFrom) / (logTo - logFrom);
    return plot.height * (1 - Math.min(1, Math.max(0, share)));
  };
  const firstAt = (us) => {
    let low = 0, high = n;
    while (low < high) { const mid = (low + high) >> 1; if (start[mid] < us) low = mid + 1; else high = mid; }
    return low;
  };

  // One small picture for each outcome, stamped once for each operation.
  const half = 6;
  const stamps = (ratio) => outcomes.map((name) => {
    const stamp = document.createElement('canvas');
    stamp.width = stamp.height = Math.ceil(2 * half * ratio);
    const pen = stamp.getContext('2d');
    pen.scale(ratio, ratio);
    pen.translate(half, half);
    const color = getComputedStyle(root).getPropertyValue('--' + (name === 'open' ? 'info' : name)).trim();
    pen.fillStyle = pen.strokeStyle = color;
    pen.lineWidth = 1.4;
    pen.beginPath();
    if (name === 'ok') { pen.globalAlpha = n > 20000 ? 0.45 : 0.65; pen.arc(0, 0, n > 20000 ? 1.5 : 2, 0, 7); pen.fill(); }
    if (name === 'fail') { pen.moveTo(-3, -3); pen.lineTo(3, 3); pen.moveTo(3, -3); pen.lineTo(-3, 3); pen.stroke(); }
    if (name === 'info') { pen.moveTo(0, -4.5); pen.lineTo(4.5, 3.5); pen.lineTo(-4.5, 3.5); pen.closePath(); pen.fill(); }
    if (name === 'open') { pen.arc(0, 0, 4, 0, 7); pen.stroke(); }
    return stamp;
  });

  const draw = () => {
    const k = scale(), ratio = window.devicePixelRatio || 1;
    canvas.style.left = plot.left * k + 'px';
    canvas.style.top = plot.top * k + 'px';
    canvas.style.width = plot.width * k + 'px';
    canvas.style.height = plot.height * k + 'px';
    canvas.width = Math.max(1, Math.round(plot.width * k * ratio));
    canvas.height = Math.max(1, Math.round(plot.height * k * ratio));
    const pen = canvas.getContext('2d');
    const pictures = stamps(ratio);
    const from = firstAt(view[0]), to = firstAt(view[1] + 1);
    let drawn = 0;
    for (let layer = 0; layer < 4; layer++) {
      const picture = pictures[layer], offset = picture.width / 2;
      for (let i = from; i < to; i++) {
        if (outcome[i] !== layer) continue;
        pen.drawImage(picture, xOf(start[i]) * k * ratio - offset, yOf(latency[i]) * k * ratio - offset);
        drawn++;
      }
    }
    root.dataset.drawn = String(drawn);
  };

  const ticks = document.querySelector('#time-axis .ticks');
  const element = (name, attributes, text) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const drawTicks = () => {
    const from = view[0] / 1e6, to = view[1] / 1e6;
    const least = (to - from) / 12, power = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= least) * power;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    ticks.replaceChildren();
    for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-6; i++) {
      const group = element('g', { transform: 'translate(' + xOf(i * step * 1e6).toFixed(2) + ' 0)' });
      group.append(element('line', { class: 'tick-mark', y2: 6 }));
      group.append(element('text', { class: 'tick', y: 20, 'text-anchor': 'middle' }, (i * step).toFixed(digits)));
      ticks.append(group);
    }
  };

  const show = (from, to) => {
    const least = Math.max(1000, endUs / 1e5);
    const span = Math.min(endUs, Math.max(least, to - from));
    const first = Math.min(Math.max(0, from), endUs - span);
    view = [first, first + span];
    root.classList.toggle('zoomed-in', span < endUs);
    for (const body of document.querySelectorAll('#stack .zoomed')) {
      const box = body.getAttribute('viewBox').split(' ');
      body.setAttribute('viewBox', [first / endUs * plot.width, 0, span / endUs * plot.width, box[3]].join(' '));
    }
    for (const label of document.querySelectorAll('#stack .band-label')) {
      const left = Math.max(0, xOf(Number(label.dataset.from))), right = Math.min(plot.width, xOf(Number(label.dataset.to)));
      label.setAttribute('x', String((left + right) / 2));
      const { full, short } = label.dataset, fits = (text) => text.length * 6.6 + 10 <= right - left;
      label.textContent = fits(full) ? full : fits(short) ? short : '';
    }
    for (const label of document.querySelectorAll('#stack .heal-label')) {
      const x = xOf(Number(label.dataset.at));
      label.setAttribute('x', String(x));
      label.classList.toggle('hidden', x < 0 || x > plot.width);
    }
    for (const mark of document.querySelectorAll('#stack .violation-mark')) {
      const x = xOf(Number(mark.dataset.at));
      mark.setAttribute('transform', 'translate(' + x + ' 17)');
      mark.classList.toggle('hidden', x < -1 || x > plot.width + 1);
    }
    tip.hidden = true;
    drawTicks();
    draw();
  };

  // Zooming: drag over any plot of the stack.
  const pointOf = (event) => {
    const box = svg.getBoundingClientRect(), k = box.width / plot.page;
    const x = Math.min(plot.width, Math.max(0, (event.clientX - box.left) / k - plot.left));
    return { x, k, us: view[0] + x / plot.width * (view[1] - view[0]) };
  };
  let origin = null;
  stack.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.pointerType === 'touch' || event.target.closest('a')) return;
    origin = pointOf(event);
    event.preventDefault();
    stack.setPointerCapture(event.pointerId);
  });
  stack.addEventListener('pointermove', (event) => {
    if (!origin) return;
    const point = pointOf(event);
    tip.hidden = true;
    brush.hidden = Math.abs(point.x - origin.x) < 4;
    brush.style.left = (plot.left + Math.min(point.x, origin.x)) * point.k + 'px';
    brush.style.width = Math.abs(point.x - origin.x) * point.k + 'px';
  });
  const release = (event) => {
    if (!origin) return;
    const from = origin, to = pointOf(event);
    origin = null;
    brush.hidden = true;
    if (event.type === 'pointerup' && Math.abs(to.x - from.x) >= 4) show(Math.min(from.us, to.us), Math.max(from.us, to.us));
  };
  stack.addEventListener('pointerup', release);
  stack.addEventListener('pointercancel', release);
  stack.addEventListener('dblclick', () => show(0, endUs));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') show(0, endUs);
    if (!stack.parentElement.contains(document.activeElement)) return;
    const middle = (view[0] + view[1]) / 2, span = view[1] - view[0];
    if (event.key === '+') show(middle - span / 4, middle + span / 4);
    if (event.key === '-') show(middle - span, middle + span);
  });

  // The operation under the pointer.
  const time = (us) => us < 1e3 ? us + ' µs' : us < 1e6 ? (us / 1e3).toPrecision(3) + ' ms' : (us / 1e6).toFixed(2) + ' s';
  canvas.addEventListener('pointermove', (event) => {
    if (origin) return;
    const box = canvas.getBoundingClientRect(), k = box.width / plot.width;
    const x = (event.clientX - box.left) / k, y = (event.clientY - box.top) / k;
    const usPerUnit = (view[1] - view[0]) / plot.width, reach = 9;
    let best = -1, bestDistance = reach * reach;
    for (let i = firstAt(view[0] + (x - reach) * usPerUnit); i < n; i++) {
      const dx = xOf(start[i]) - x;
      if (dx > reach) break;
      const dy = yOf(latency[i]) - y, distance = dx * dx + dy * dy;
      if (distance < bestDistance) { best = i; bestDistance = distance; }
    }
    tip.hidden = best < 0;
    if (best < 0) return;
    const i = best;
    const title = document.createElement('b');
    title.textContent = tables.fs[f[i]] + (key[i] ? ' ' + tables.keys[key[i]] : '') + ': ' + outcomes[outcome[i]];
    const lines = [
      'event ' + index[i] + (node[i] ? ' · ' + tables.nodes[node[i]] : ''),
      (start[i] / 1e6).toFixed(3) + ' s · ' + (outcome[i] === 3 ? 'never answered' : time(latency[i])),
    ];
    tip.replaceChildren(title, ...lines.map((line) => {
      const row = document.createElement('div');
      row.textContent = line;
      return row;
    }));
    const offset = plot.left * k + xOf(start[i]) * k;
    const flip = offset > plot.page * k - 260;
    tip.style.left = flip ? '' : offset + 12 + 'px';
    tip.style.right = flip ? plot.page * k - offset + 12 + 'px' : '';
    tip.style.top = (plot.top + yOf(latency[i])) * k + 8 + 'px';
  });
  canvas.addEventListener('pointerleave', () => { tip.hidden = true; });

  root.classList.add('scripted');
  byId('zoom-note').hidden = false;
  show(0, endUs);
  new ResizeObserver(draw).observe(scatter);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
})();
`;
