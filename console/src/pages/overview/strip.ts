/** How the instances on a node fit into one line: with their names, as shapes alone, or as many as there is room for. */

import type { FleetInstance } from '../../api/fleet';

export interface Strip {
  names: boolean;
  shown: FleetInstance[];
  more: number;
}

/** Widths in px: of a letter, of what surrounds a name, of a shape alone, and of `+123`. */
const LETTER = 6.7;
const AROUND_NAME = 30;
const SHAPE = 24;
const MORE = 40;

/** Fewer than so many names would say less than all the shapes do. */
const FEW_NAMES = 3;

export function fit(instances: FleetInstance[], room: number): Strip {
  const named = fitting(instances, room, (instance) => instance.name.length * LETTER + AROUND_NAME);
  if (named === instances.length) return { names: true, shown: instances, more: 0 };
  const shapes = fitting(instances, room, () => SHAPE);
  if (shapes < instances.length && named >= FEW_NAMES * 2) {
    return { names: true, shown: instances.slice(0, named), more: instances.length - named };
  }
  return { names: false, shown: instances.slice(0, shapes), more: instances.length - shapes };
}

/** How many fit; where not all do, room is kept to say how many more there are. */
function fitting(instances: FleetInstance[], room: number, width: (instance: FleetInstance) => number): number {
  let taken = 0;
  let withMore = 0;
  for (const [index, instance] of instances.entries()) {
    taken += width(instance);
    if (taken <= room - MORE) withMore = index + 1;
    if (taken > room) return withMore;
  }
  return instances.length;
}
