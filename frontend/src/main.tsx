import "@mantine/core/styles.css";
import "./ui/tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { pickHost } from "./host/host";
import { createDesk, DeskContext } from "./state/desk";
import { styleNonce } from "./ui/parts";
import { Shell } from "./ui/shell/Shell";
import { theme } from "./ui/theme";

const host = await pickHost();
const desk = createDesk(host, await host.session());
desk.start();

const place = document.getElementById("root");
if (!place) throw new Error("start page: index.html has no #root");
createRoot(place).render(
  <MantineProvider theme={theme} getStyleNonce={styleNonce} defaultColorScheme="auto">
    <QueryClientProvider client={desk.queries}>
      <DeskContext value={desk}>
        <Shell />
      </DeskContext>
    </QueryClientProvider>
  </MantineProvider>,
);
