import node from "@astrojs/node";
import { defineConfig } from "astro/config";

// Every page is built ahead but previews, for which a small server stands in.
export default defineConfig({
  site: "http://localhost:4321",
  trailingSlash: "always",
  adapter: node({ mode: "standalone" }),
});
