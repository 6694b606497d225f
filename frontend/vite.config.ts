import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The built page is embedded by the Go side and served under a CSP without
// inline scripts or styles: everything is a file of its own origin.
export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Safari 16.4 is the oldest WKWebView that we build for.
    target: ["safari16.4", "chrome109"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
  server: { host: "127.0.0.1", port: 4299, strictPort: true },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "test/unit/**/*.test.{ts,tsx}"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    pool: "threads",
    maxWorkers: 1,
  },
});
