import { defineConfig } from "vite";

// A node for `npm run dev`; the built console is served by the node itself.
const node = process.env.WARMFRONT_SERVER ?? "http://127.0.0.1:8080";

// What the first page needs, and nearly every other one.
const FIRST =
  /index\.html$|\/src\/(main|design\/(badge|copy|curve|time)|rules\/(numbers|overview))\.tsx?$/;

export default defineConfig({
  resolve: {
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      "react-dom": "preact/compat",
      react: "preact/compat",
    },
  },
  build: {
    outDir: process.env.CONSOLE_OUT ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    // Smaller than what esbuild makes.
    minify: "terser",
    terserOptions: { compress: { passes: 2 } },
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The Content-Security-Policy takes neither inlined files nor inlined scripts.
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // The document loads ahead what its page needs. A list of what each other page needs would be
      // a part of the first page; they find it themselves, their style sheets excepted.
      resolveDependencies: (_file, needed, { hostType }) =>
        hostType === "html" ? needed : needed.filter((each) => each.endsWith(".css")),
    },
    // One file of it packs better than several.
    rollupOptions: { output: { manualChunks: (id) => (FIRST.test(id) ? "index" : undefined) } },
    manifest: "manifest.txt",
  },
  server: { proxy: { "/v1": node, "/openapi.json": node } },
});
