// Draws the figures of a report with the bundle above. Ink is the page's own colour, so light, dark and print need
// no second drawing.
const ink = 'currentColor';
const config = {
  background: 'transparent',
  font: getComputedStyle(document.body).fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: ink, titleColor: ink, domainColor: ink, tickColor: ink, gridColor: ink,
    domainOpacity: 0.5, tickOpacity: 0.5, gridOpacity: 0.12,
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal', titlePadding: 8, labelOverlap: true,
  },
  legend: {
    labelColor: ink, titleColor: ink, symbolStrokeColor: ink, labelFontSize: 12, symbolSize: 80, columnPadding: 18, rowPadding: 5, offset: 10,
  },
  style: { reference: { color: ink }, 'reference-band': { color: ink } },
};
// Legends are laid out for a plot of 430 pixels; a telephone leaves room for fewer columns.
function fitLegends(part, width) {
  if (part === null || typeof part !== 'object') return;
  if (part.legend?.columns) part.legend.columns = Math.max(1, Math.floor(part.legend.columns * Math.min(1, width / 430)));
  Object.values(part).forEach((inner) => fitLegends(inner, width));
}
const charts = JSON.parse(document.getElementById('charts').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const drawn = Object.entries(charts).map(([name, specification]) => {
  const canvas = document.getElementById(`figure-${name}`);
  fitLegends(specification, canvas.clientWidth - 70);
  return window.vegaEmbed(canvas, specification, {
    // Expressions are interpreted, not compiled: the page's policy forbids eval.
    mode: 'vega-lite', renderer: 'svg', ast: true, config,
    actions: { export: true, source: false, compiled: false, editor: false },
    tooltip: { theme: dark ? 'dark' : 'light' },
  }).catch((error) => {
    canvas.textContent = `This figure could not be drawn: ${error.message}`;
    console.error(name, error);
  });
});
Promise.all(drawn).then(() => { document.documentElement.dataset.figures = 'drawn'; });
