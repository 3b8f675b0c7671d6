import { parentPort, workerData } from "node:worker_threads";
import { type Campaign, runCampaign } from "../src/simulate/campaign/campaign.ts";

/** Runs its part of a campaign, and posts what came of it. */
const campaign: Campaign = workerData;
parentPort?.postMessage(runCampaign(campaign));
