/** How the charts are drawn: axes, grid and lines of uPlot, in the console's colours. */

import uPlot from 'uplot';
import { clock } from '../../format/time';

export interface Line {
  label: string;
  /** Custom property with its colour: `--cpu`. */
  colour: string;
  /** Filled down to the ground. */
  filled?: boolean;
}

export interface Look {
  lines: Line[];
  /** The value in words, with its unit. */
  words: (value: number) => string;
  /** Steps of the vertical axis: thousands for MHz, powers of 1024 for bytes. */
  steps: number[];
  /** Given the highest value: where the axis ends. */
  top: (highest: number) => number;
  /** Where a dashed line stands, if at all. */
  reserved: () => number | undefined;
}

export const DECIMAL_STEPS = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6].map((power) => step * 10 ** power));
DECIMAL_STEPS.sort((a, b) => a - b);
export const BINARY_STEPS = Array.from({ length: 52 }, (_, power) => 2 ** power);

const FONT = '11px system-ui, sans-serif';
const AXIS_PX = 76;

export function options(
  look: Look,
  colours: (name: string) => string,
  size: { width: number; height: number },
): uPlot.Options {
  const axis = {
    stroke: colours('--muted'),
    font: FONT,
    grid: line(colours('--line')),
    ticks: line(colours('--line')),
  };
  return {
    ...size,
    ms: 1,
    legend: { show: false },
    padding: [8, 6, 0, 0],
    scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, look.top(high ?? 0)] } },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 3,
        space: 70,
        values: (_plot, splits, _axis, _space, step) => splits.map((at) => tick(at, step)),
      },
      {
        ...axis,
        size: AXIS_PX,
        gap: 4,
        space: 28,
        incrs: look.steps,
        values: (_plot, splits) => splits.map((value) => short(look.words(value))),
      },
    ],
    series: [
      {},
      ...look.lines.map((series) => ({
        label: series.label,
        stroke: colours(series.colour),
        width: 1.5,
        points: { show: false },
        ...(series.filled === true
          ? { fill: colours(`color-mix(in srgb, var(${series.colour}) 16%, transparent)`) }
          : {}),
      })),
    ],
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'node' }, points: { size: 6 } },
    hooks: { drawClear: [(plot) => dashed(plot, look.reserved(), colours('--reserved-edge'))] },
  };
}

/** Resolves custom properties for a canvas, which knows of none. */
export function resolver(element: HTMLElement): (name: string) => string {
  const probe = document.createElement('span');
  return (name) => {
    element.append(probe);
    probe.style.color = name.startsWith('--') ? `var(${name})` : name;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
}

/** `4 GHz` for `4.00 GHz`. */
function short(words: string): string {
  return words.replace(/\.0+(?= )/, '');
}

function line(stroke: string): { stroke: string; width: number } {
  return { stroke, width: 1 };
}

function tick(at: number, stepMs: number): string {
  const time = clock(at);
  return stepMs < 60_000 ? time : time.slice(0, 5);
}

function dashed(plot: uPlot, value: number | undefined, colour: string): void {
  if (value === undefined || value <= 0) return;
  const y = Math.round(plot.valToPos(value, 'y', true));
  const { left, top, width, height } = plot.bbox;
  if (y < top || y > top + height) return;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([5 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.restore();
}
