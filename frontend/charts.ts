/** Charts of the plan of the year: each canvas carries its numbers; the same stand in a table beside it. */
import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js';

interface Series { name: string; values: number[] }
interface Data { kind: 'bar' | 'hbar'; labels: string[]; series: Series[]; unit: string }

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip);

function colours(): string[] {
  const style = getComputedStyle(document.documentElement);
  const names = ['--ceramic', '--lacquer', '--jade'];
  const fallback = ['#1f5f8b', '#9d2a2a', '#2e6f57'];
  return names.map((name, i) => style.getPropertyValue(name).trim() || (fallback[i] ?? '#555'));
}

function draw(canvas: HTMLCanvasElement): void {
  const data = JSON.parse(canvas.dataset['chart'] ?? 'null') as Data | null;
  if (!data) return;
  const locale = canvas.dataset['locale'] ?? 'vi-VN';
  const long = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const palette = colours();
  const lying = data.kind === 'hbar';
  if (lying && canvas.parentElement) canvas.parentElement.classList.add('chart-box-tall');
  new Chart(canvas, {
    type: 'bar',
    data: {
      labels: data.labels,
      datasets: data.series.map((series, i) => ({
        label: series.name, data: series.values, backgroundColor: palette[i % palette.length] ?? '#555', borderRadius: 3, maxBarThickness: 34,
      })),
    },
    options: {
      indexAxis: lying ? 'y' : 'x',
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      plugins: {
        legend: { display: data.series.length > 1 },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label ?? ''}: ${long.format(Number(item.raw))} ${data.unit}`.trim() } },
      },
      scales: {
        [lying ? 'x' : 'y']: { beginAtZero: true, ticks: { callback: (value) => short.format(Number(value)) } },
        [lying ? 'y' : 'x']: { grid: { display: false }, ticks: { autoSkip: false } },
      },
    },
  });
}

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
for (const canvas of document.querySelectorAll<HTMLCanvasElement>('canvas[data-chart]')) draw(canvas);
