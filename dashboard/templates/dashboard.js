'use strict';
(() => {
  // Every number is read from the page's rows, which SQL made: the form only says which of them are shown.
  const data = JSON.parse(document.getElementById('data').textContent);
  const form = document.getElementById('filters');
  const names = (field) => data.filters.filter((row) => row.field === field).map((row) => row.name);
  const choices = { trigger: names('trigger'), segment: names('segment') };
  const rows = {};
  for (const [name, held] of Object.entries(data.rows)) {
    rows[name] = held.rows.map((row) => Object.fromEntries(held.columns.map((column, place) => [column, row[place]])));
  }

  const number = (digits, more) =>
    new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits, ...more });
  const formats = {
    count: number(0),
    rate: number(2, { style: 'percent', useGrouping: false }),
    change: number(1, { style: 'percent', signDisplay: 'always', useGrouping: false }),
    amount: number(2),
    number: number(4),
  };
  const written = (value, kind) => {
    if (value === null || value === undefined) return '–';
    return formats[kind] ? formats[kind].format(value) : String(value);
  };

  const chosen = () => {
    const period = data.periods.find((one) => String(one.weeks) === form.elements.period.value);
    const of = (field) => (form.elements[field].value === '' ? null : choices[field][Number(form.elements[field].value)]);
    const [column, heading, kind] = data.measures.find(([name]) => name === form.elements.measure.value);
    return { period, trigger: of('trigger'), segment: of('segment'), measure: { column, heading, kind } };
  };

  // what the form says of a column: see Figure in figures.py
  const tests = {
    period: (value, form_) => value === form_.period.weeks,
    now: (value) => value === false,
    trigger: (value, form_) => value === form_.trigger,
    segment: (value, form_) => value === form_.segment,
    each: (value) => value !== null,
    trend: (value, form_) => value >= form_.period.trend_date && value <= form_.period.end_date,
  };
  const left = (figure, form_) =>
    rows[figure.rows].filter((row) =>
      Object.entries(figure.filters).every(([column, test]) => tests[test](row[column], form_)));
  const drawn = (figure, found, { measure }) =>
    found
      .filter((row) => Object.entries(figure.drawn).every(([column, value]) => (value === null ? row[column] !== null : row[column] === value)))
      .map((row) => ({
        ...row,
        measure: measure.heading,
        value: row[measure.column] ?? null,
        value_text: written(row[measure.column], measure.kind),
      }));

  const fill = (body, columns, found) => {
    body.replaceChildren(...found.map((row) => {
      const line = document.createElement('tr');
      for (const [column, , kind] of columns) {
        const cell = line.insertCell();
        cell.textContent = written(row[column], kind);
        if (kind !== 'text') cell.className = 'number';
        else if (cell.textContent.length > 40) cell.className = 'long';
      }
      return line;
    }));
  };

  const options = {
    actions: false,
    renderer: 'svg',
    mode: 'vega-lite',
    // no code is made of text: the page's policy forbids it
    ast: true,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: 'page' },
    loader: { load: () => Promise.reject(new Error('this page loads nothing')) },
  };
  const views = {};
  const draw = async (figure, found, form_) => {
    const place = document.querySelector(`#${figure.key} .chart`);
    if (!place || !figure.chart) return;
    const values = drawn(figure, found, form_);
    const set = {
      kind: form_.measure.kind,
      ticks: [...new Set(values.map((row) => Date.parse(row.week ?? row.cut_date)))].sort(),
    };
    const { by, step } = figure.chart.usermeta ?? {};
    const height = by ? step * new Set(values.map((row) => row[by])).size : figure.chart.height;
    const params = (figure.chart.params ?? []).map((param) => ({ ...param, value: set[param.name] }));
    place.hidden = !values.length;
    if (views[figure.key]) {
      const { view } = await views[figure.key];
      for (const param of params) view.signal(param.name, param.value);
      await view.height(height).data('rows', values).resize().runAsync();
    } else if (values.length) {
      // no chart is drawn of nothing
      const spec = { ...figure.chart, height, params, datasets: { rows: values } };
      views[figure.key] = window.vegaEmbed(place, spec, options);
      await views[figure.key];
      // the figure says what it shows, and the table behind it has the numbers
      place.querySelector('svg').setAttribute('aria-hidden', 'true');
    }
  };

  const tiles = (form_) => {
    const all = rows.emails.filter((row) =>
      row.weeks === form_.period.weeks && row.trigger_type === form_.trigger && row.segment === form_.segment);
    const now = all.find((row) => !row.is_before) ?? {};
    const before = all.find((row) => row.is_before) ?? {};
    for (const tile of document.querySelectorAll('#tiles [data-measure]')) {
      const column = tile.dataset.measure;
      const kind = data.measures.find(([name]) => name === column)[2];
      tile.querySelector('.value').textContent = written(now[column], kind);
      const change = now[`${column}_change`];
      tile.querySelector('.before').textContent = form_.period.weeks === 0 ? 'not over yet'
        : `${written(before[column], kind)} before${change === null || change === undefined ? '' : `, ${written(change, 'change')}`}`;
    }
    const sent = now.sent_count ? `${written(now.sent_count, 'count')} emails` : 'no email was sent';
    document.getElementById('status').textContent =
      `${form_.period.label}, ${form_.period.start_date} to ${form_.period.end_date}, ` +
      `${form_.trigger ?? 'all triggers'}, ${form_.segment ?? 'all segments'}: ${sent}.`;
  };

  const show = async () => {
    const form_ = data.periods.length ? chosen() : null;
    if (form_ && document.getElementById('tiles')) tiles(form_);
    const drawings = [];
    for (const figure of data.figures) {
      const box = document.getElementById(figure.key);
      const filtered = Object.keys(figure.filters).length > 0;
      if (filtered && !form_) continue;
      const found = filtered ? left(figure, form_) : rows[figure.rows];
      if (filtered && box.querySelector('tbody')) {
        fill(box.querySelector('tbody'), figure.columns, found);
        const measure = box.querySelector('.measure');
        if (measure) measure.textContent = form_.measure.heading;
        box.querySelector('.none').hidden = found.length > 0;
        box.querySelector('details').hidden = found.length === 0;
      }
      drawings.push(draw(figure, found, form_ ?? { measure: { column: '', heading: '', kind: 'count' } }));
    }
    await Promise.all(drawings);
    document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn ?? 0) + 1);
  };

  form.addEventListener('change', show);
  form.addEventListener('submit', (event) => event.preventDefault());
  window.addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  show();
})();
