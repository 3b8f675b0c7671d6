import picocolors from "picocolors";
import type { Style } from "../../src/cli/text/style.ts";
import { noon } from "./decide-fixture.ts";

/** How tests print unless they are about something else: without colour, for a usual terminal. */
export const plainStyle: Style = {
  colors: picocolors.createColors(false),
  width: 100,
  now: noon,
};

/** The same with colours. */
export const colorStyle: Style = { ...plainStyle, colors: picocolors.createColors(true) };
