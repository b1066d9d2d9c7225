/** What is drawn on a chart, read off its pixels. */

import type { Locator } from '@playwright/test';

/** How high a curve is between two places of a chart, 0 at its left and bottom, 1 at its right and top; 0 where none is. */
export async function heightOfCurve(figure: Locator, colour: string, from: number, to: number): Promise<number> {
  return figure.evaluate(
    (element, [property, left, right]) => {
      const canvas = element.querySelector('canvas');
      const area = element.querySelector('.u-over')?.getBoundingClientRect();
      const context = canvas?.getContext('2d');
      if (!canvas || !area || !context) return 0;
      const frame = canvas.getBoundingClientRect();
      const scale = canvas.width / frame.width;
      const x = (area.left - frame.left + area.width * left) * scale;
      const width = Math.max(area.width * (right - left) * scale, 1);
      const [top, height] = [(area.top - frame.top) * scale, area.height * scale];
      const { data } = context.getImageData(Math.round(x), Math.round(top), Math.ceil(width), Math.floor(height));
      // The colour as the canvas writes it.
      const swatch = document.createElement('canvas').getContext('2d');
      if (swatch === null) return 0;
      swatch.fillStyle = getComputedStyle(element).getPropertyValue(property).trim();
      swatch.fillRect(0, 0, 1, 1);
      const wanted = swatch.getImageData(0, 0, 1, 1).data;
      const first = [...data.keys()].find(
        (at) =>
          at % 4 === 0 &&
          (data[at + 3] ?? 0) > 200 &&
          [0, 1, 2].every((part) => Math.abs((data[at + part] ?? 0) - (wanted[part] ?? 0)) < 48),
      );
      return first === undefined ? 0 : 1 - Math.floor(first / 4 / Math.ceil(width)) / Math.floor(height);
    },
    [colour, from, to] as const,
  );
}
