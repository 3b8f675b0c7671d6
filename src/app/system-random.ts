import { randomBytes } from "node:crypto";
import type { Random } from "../ports/random.ts";

/** The machine's own randomness. */
export const systemRandom: Random = {
  uint32: () => randomBytes(4).readUInt32BE(),
  runId(nowMs) {
    const time = new Date(nowMs).toISOString().replaceAll(/[-:]/g, "").slice(0, 15);
    return `${time}-${randomBytes(3).toString("hex")}`;
  },
};
