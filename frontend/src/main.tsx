import "@mantine/core/styles.css";
import "./ui/tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { pickHost } from "./host/host";
import { createDesk, type Desk, DeskContext } from "./state/desk";
import { words } from "./state/toasts";
import { styleNonce } from "./ui/parts";
import { PaneGuard } from "./ui/shell/Guard";
import { NoKey, Stopped } from "./ui/shell/Locked";
import { Shell } from "./ui/shell/Shell";
import { paintTheme } from "./ui/shell/useTheme";
import { theme } from "./ui/theme";

async function start(): Promise<ReactNode> {
  const host = await pickHost();
  const session = await host.session();
  if (session.token === "") return <NoKey />;
  const desk = createDesk(host, session);
  paintTheme(desk.prefs.get().theme);
  desk.start();
  return <App desk={desk} />;
}

function App({ desk }: { desk: Desk }) {
  return (
    <MantineProvider theme={theme} getStyleNonce={styleNonce} defaultColorScheme="auto">
      <QueryClientProvider client={desk.queries}>
        <DeskContext value={desk}>
          <PaneGuard what="The page">
            <Shell />
          </PaneGuard>
        </DeskContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

const place = document.getElementById("root");
if (!place) throw new Error("start page: index.html has no #root");
const root = createRoot(place);
start().then(
  (page) => root.render(page),
  (error) => root.render(<Stopped why={words(error)} />),
);
