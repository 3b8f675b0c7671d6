import { decide } from "../src/core/decide/decide.ts";
import { fleetOf, nextCycle } from "./decide-fleet.ts";

/** Decides 100,000 sources twice, as a process does that knows its last cycle, and prints the peak in MB. */
const first = decide(fleetOf(100_000, 2_000));
decide(nextCycle(first));
process.stdout.write(String(process.resourceUsage().maxRSS / 1_024));
