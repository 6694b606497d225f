// What `told` of a request says, in words: how the sender's answer came about.

/** One mark of `told`: "handshake:slack" is kind handshake, detail slack. */
interface Mark {
  kind: string;
  detail: string;
}

/** Names of targets come last and may hold commas. */
function marksOf(told: string): Mark[] {
  const marks: Mark[] = [];
  let rest = told;
  while (rest !== "") {
    const named = /^(waiting|target):(.*)$/s.exec(rest);
    const plain = /^([a-z]+):([^,]*)(?:,(.*))?$/s.exec(rest);
    const [, kind = "", detail = "", more = ""] = named ?? plain ?? [];
    if (kind === "") break;
    marks.push({ kind, detail });
    rest = named ? "" : more;
  }
  return marks;
}

const FAULTS: Record<string, string> = {
  reset: "the connection was reset on purpose",
  cut: "the answer was cut short on purpose",
  drip: "the answer dripped on purpose",
  silent: "nothing was answered on purpose",
  status: "it failed on purpose",
};

const WHY: Record<string, string> = {
  timeout: "the target took too long",
  busy: "too many senders waited already",
  closing: "Creel was closing",
  large: "the target’s answer was too large",
  "not-forwarded": "nothing was forwarded",
  resting: "the target rests after failing too often",
  cancelled: "its delivery was cancelled",
  refused: "nothing listened at the target",
  dns: "the target’s name has no address",
  reset: "the target broke the connection",
};

const NAMES: Record<string, string> = {
  "aws-sns": "AWS SNS",
  challenge: "challenge",
  cloudevents: "CloudEvents",
  "discord-event": "Discord",
  github: "GitHub",
  monday: "monday.com",
  woocommerce: "WooCommerce",
};

/** "Slack" for slack. */
function nameOf(handshake: string): string {
  const spaced = handshake.replace(/-/g, " ");
  return NAMES[handshake] ?? spaced.replace(/\b[a-z]/g, (c) => c.toUpperCase());
}

/** "by rule 2; the connection was reset on purpose"; "" when there is nothing to say. */
export function toldText(told: string | undefined): string {
  return marksOf(told ?? "")
    .map(({ kind, detail }) => {
      switch (kind) {
        case "rule":
          return `by rule ${detail}`;
        case "handshake":
          return `the ${nameOf(detail)} handshake`;
        case "fault":
          return FAULTS[detail] ?? "it went wrong on purpose";
        case "waiting":
          return `waiting for ${detail}`;
        case "cut":
          return "cut short, since the target’s answer is too large";
        case "target":
          return `with the answer of ${detail}`;
        case "fallback":
          return `in its place, since ${WHY[detail] ?? `the target gave no answer (${detail})`}`;
        default:
          return "";
      }
    })
    .filter(Boolean)
    .join("; ");
}

/** What is out of the usual about an answer, for a row's badge; undefined when nothing is. */
export function toldBadge(
  told: string | undefined,
): { text: string; fault: boolean; title: string } | undefined {
  const marks = marksOf(told ?? "");
  const mark = marks.find(
    (m) => m.kind === "handshake" || m.kind === "fault" || m.kind === "fallback" || m.kind === "cut",
  );
  if (!mark) return undefined;
  if (mark.kind === "handshake")
    return { text: "handshake", fault: false, title: `Answered the ${nameOf(mark.detail)} handshake` };
  const title = toldText(told);
  return { text: mark.kind, fault: true, title: title.charAt(0).toUpperCase() + title.slice(1) };
}

/** The handshake that was answered, "" when it was none. */
export function handshakeTold(told: string | undefined): string {
  return marksOf(told ?? "").find((m) => m.kind === "handshake")?.detail ?? "";
}
