import { render } from "preact";
import { QueryClientProvider } from "@tanstack/react-query";
import { App } from "./app";
import { makeQueryClient } from "./api/query";
import "./design/tokens.css";
import "./design/base.css";
import "./design/layout.css";
import "./design/parts.css";
import "./design/table.css";

const root = document.getElementById("root");
if (root)
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <App />
    </QueryClientProvider>,
    root,
  );
