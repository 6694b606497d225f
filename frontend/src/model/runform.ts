// The form of a run: what it holds, and how it becomes an order. Pure.
import { count, plural } from "./format";
import { readAddress } from "./setup";
import type { RunPlace, RunRequest } from "./types";

/** What the form of a run holds. Numbers are as typed. */
export interface RunForm {
  how: "send" | "simulate";
  where: "last" | "places";
  targets: string[];
  /** One URL a line. */
  urls: string;
  mode: "ordered" | "parallel";
  parallel: string;
  rate: string;
  delayMs: string;
  times: string;
  stop: boolean;
  shuffle: boolean;
  duplicate: boolean;
  resign: boolean;
  provider: string;
  /** Seconds. */
  realTime: string;
}

export const emptyForm: RunForm = {
  how: "send",
  where: "places",
  targets: [],
  urls: "",
  mode: "ordered",
  parallel: "4",
  rate: "",
  delayMs: "",
  times: "1",
  stop: false,
  shuffle: false,
  duplicate: false,
  resign: false,
  provider: "standard-webhooks",
  realTime: "0",
};

/** What a run is to send: named requests, or all that match a filter. */
export type What = { seqs: number[] } | { filter: string };

/** The places of a form, in the order shown: targets, then pasted URLs. */
export function placesOf(form: RunForm): RunPlace[] {
  const urls = form.urls
    .split(/\s+/)
    .filter((line) => line !== "")
    .map((line) => ({ url: readAddress(line).url }));
  return [...form.targets.map((target) => ({ target })), ...urls];
}

export type FormErrors = Partial<
  Record<"filter" | "to" | "parallel" | "ratePerSecond" | "delayMs" | "times" | "realTimeMs", string>
>;

/** The order that a form means, or what is wrong with it, by the door's field names. */
export function orderOf(
  form: RunForm,
  what: What,
  ignore: string[],
): { order: RunRequest } | { errors: FormErrors } {
  const errors: FormErrors = {};
  const read = (field: keyof FormErrors, text: string, from: number, to: number, empty: number): number => {
    const n = text.trim() === "" ? empty : Number(text.replace(",", "."));
    if (!(n >= from && n <= to)) errors[field] = `A number from ${from} to ${count(to)}`;
    return n;
  };
  const places = placesOf(form);
  const simulates = form.how === "simulate";
  const last = form.where === "last";
  if (!last && places.length === 0)
    errors.to = "Choose a target, or paste a URL such as http://localhost:3000/webhooks";
  if (simulates && !last && places.length > 1) errors.to = "A simulation goes to one place: leave one";
  const base: RunRequest = {
    ...what,
    ...(last ? { last: true } : { to: places }),
    ...(form.resign ? { resign: true } : {}),
  };
  if (simulates) {
    const realTimeMs = Math.round(read("realTimeMs", form.realTime, 0, 60, 0) * 1000);
    if (Object.keys(errors).length > 0) return { errors };
    return { order: { ...base, simulate: form.provider, realTimeMs } };
  }
  const parallel = form.mode === "parallel" ? read("parallel", form.parallel, 2, 32, 4) : 1;
  const ratePerSecond = read("ratePerSecond", form.rate, 0, 1000, 0);
  const delayMs = read("delayMs", form.delayMs, 0, 60_000, 0);
  const times = read("times", form.times, 1, 100, 1);
  if (Object.keys(errors).length > 0) return { errors };
  return {
    order: {
      ...base,
      ...(parallel > 1 ? { mode: "parallel" as const, parallel } : {}),
      ...(ratePerSecond > 0 ? { ratePerSecond } : {}),
      ...(delayMs > 0 ? { delayMs } : {}),
      ...(times > 1 ? { times } : {}),
      ...(form.stop ? { stopAtFirstFailure: true } : {}),
      ...(form.shuffle ? { shuffle: true } : {}),
      ...(form.duplicate ? { duplicate: true } : {}),
      ...(ignore.length > 0 ? { ignore } : {}),
    },
  };
}

/** How much a form would send: "412 requests × 2 places × 3 times = 2,472 sendings". */
export function amountOf(form: RunForm, requests: number | undefined): string {
  if (requests === undefined) return "";
  if (form.how === "simulate") {
    return `${plural(requests, "request")}, ${requests === 1 ? "" : "each "}until it is accepted or given up`;
  }
  const places = form.where === "last" ? 1 : placesOf(form).length;
  const times = Math.max(1, Number(form.times) || 1);
  const factors = [plural(requests, "request")];
  if (places > 1) factors.push(plural(places, "place"));
  if (times > 1) factors.push(`${count(times)} times`);
  if (form.duplicate) factors.push("doubled");
  const all = requests * Math.max(1, places) * times * (form.duplicate ? 2 : 1);
  return factors.length === 1 ? (factors[0] ?? "") : `${factors.join(" × ")} = ${plural(all, "sending")}`;
}
