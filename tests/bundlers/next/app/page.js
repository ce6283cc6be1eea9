// Rendered on the server, which imports the package too.
import { createEngine } from "flow-matching-lab";
import { FlowLab } from "flow-matching-lab/element";
import Client from "./client.js";

export default function Page() {
  return (
    <>
      <p>{["server:", typeof createEngine, typeof FlowLab, typeof HTMLElement, typeof window].join(" ")}</p>
      <Client />
    </>
  );
}
