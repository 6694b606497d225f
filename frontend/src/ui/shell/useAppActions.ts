import { plural } from "../../model/format";
import { everything } from "../../model/scope";
import { useActions } from "../../state/actions";
import * as commands from "../../state/commands";
import { useDesk } from "../../state/desk";
import { setPinned } from "../../state/pins";
import { useEndpoints } from "../../state/queries";
import { nextTheme } from "../../state/theme";

/** Registers the actions that belong to no other room. */
export function useAppActions(): void {
  const desk = useDesk();
  const endpoints = useEndpoints().data;
  const open = () => desk.selection.store.get().seq;
  const onOpen = (run: (seq: number) => unknown) => () => {
    const seq = open();
    return seq === undefined ? undefined : run(seq);
  };
  const hasOpen = () => open() !== undefined;

  useActions(
    () => [
      {
        id: "app.palette",
        title: "Search or run a command",
        group: "Creel",
        keys: ["mod+k"],
        quiet: true,
        everywhere: true,
        run: () => desk.dialogs.open("palette", {}),
      },
      {
        id: "app.keys",
        title: "All keys",
        group: "Creel",
        keys: ["?"],
        words: "keyboard shortcuts help hotkeys",
        run: () => desk.dialogs.open("keys", {}),
      },
      {
        id: "app.theme",
        title: "Switch theme: light, dark, system",
        group: "Creel",
        words: "colour mode appearance",
        run: () => commands.setTheme(desk, nextTheme(desk.prefs.get().theme)),
      },
      {
        id: "app.copyUrl",
        title: "Copy the endpoint’s URL",
        group: "Creel",
        keys: ["u"],
        words: "webhook link address endpoint",
        run: () => commands.copyUrl(desk),
      },
      {
        id: "app.copyExample",
        title: "Copy a curl command that sends a request here",
        group: "Creel",
        words: "test try terminal shell example",
        run: async () => {
          await desk.host.copyText(commands.exampleCurl(commands.catchUrl(desk)));
          desk.toasts.show({ text: "Copied a curl command" });
        },
      },
      {
        id: "request.curl",
        title: "Copy as cURL",
        group: "Request",
        words: "command terminal shell export",
        keys: ["y"],
        enabled: hasOpen,
        run: onOpen((seq) => commands.copyCurl(desk, seq)),
      },
      {
        id: "request.pin",
        title: "Pin or unpin",
        group: "Request",
        keys: ["p"],
        words: "keep star favourite bookmark",
        enabled: hasOpen,
        run: onOpen((seq) => setPinned(desk, seq, !desk.list.rowOf(seq)?.pinned)),
      },
      {
        id: "request.note",
        title: "Note and tags",
        group: "Request",
        words: "comment label annotate",
        keys: ["n"],
        enabled: hasOpen,
        run: onOpen((seq) => desk.dialogs.open("note", { seq })),
      },
      {
        id: "request.delete",
        title: "Delete the request",
        group: "Request",
        words: "remove trash",
        keys: ["delete", "backspace"],
        enabled: hasOpen,
        run: onOpen((seq) => commands.removeRequest(desk, seq)),
      },
      {
        id: "request.unread",
        title: "Mark as unread",
        group: "Request",
        keys: ["shift+u"],
        enabled: hasOpen,
        run: onOpen((seq) => commands.setRead(desk, seq, false)),
      },
      { id: "list.readAll", title: "Mark all as read", group: "List", run: () => commands.markAllRead(desk) },
      {
        id: "list.clear",
        title: "Delete all requests in the list",
        group: "List",
        words: "clear empty remove wipe",
        enabled: () => desk.list.length > 0,
        run: () =>
          desk.dialogs.open("confirm", {
            title: "Delete requests",
            text: `${plural(desk.list.length, "request")} shown by the list will be deleted. You can undo this for a few minutes.`,
            action: "Delete all",
            danger: true,
            run: () => commands.clearAll(desk),
          }),
      },
      { id: "nav.all", title: "All requests", group: "Go to", run: () => desk.setScope(everything) },
      { id: "nav.unread", title: "Unread", group: "Go to", run: () => desk.setScope({ quick: "unread" }) },
      { id: "nav.pinned", title: "Pinned", group: "Go to", run: () => desk.setScope({ quick: "pinned" }) },
      {
        id: "nav.failed",
        title: "Failed deliveries",
        group: "Go to",
        words: "errors",
        run: () => desk.setScope({ quick: "failed" }),
      },
      {
        id: "nav.dead",
        title: "Dead letters",
        group: "Go to",
        words: "failed gave up exhausted",
        run: () => desk.setScope({ quick: "dead" }),
      },
      {
        id: "target.add",
        title: "Add a target",
        group: "Endpoints",
        words: "new create destination app url",
        run: () => desk.dialogs.open("target", {}),
      },
      {
        id: "endpoint.add",
        title: "Add an endpoint",
        group: "Endpoints",
        words: "new create path url",
        run: () => desk.dialogs.open("endpoint", {}),
      },
      {
        id: "app.sample",
        title: "Send a sample",
        group: "Creel",
        keys: ["s"],
        words: "example test event demo fake mock provider",
        run: () => desk.dialogs.open("samples", {}),
      },
      {
        id: "app.settings",
        title: "Settings",
        group: "Creel",
        keys: ["mod+,"],
        words: "preferences options configuration port retention limit theme",
        everywhere: true,
        run: () => desk.dialogs.open("settings", {}),
      },
    ],
    [desk],
  );

  useActions(
    () =>
      (endpoints ?? []).map((e) => ({
        id: `nav.endpoint.${e.slug}`,
        title: `Endpoint ${e.slug}`,
        group: "Go to" as const,
        words: e.name,
        run: () => desk.setScope({ ...everything, endpoint: e.slug }),
      })),
    [desk, endpoints],
  );
}
