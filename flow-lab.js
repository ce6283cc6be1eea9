// The figures as custom elements, for any page: `<script type="module" src="…/flow-lab.js"></script>`.
export * from "./app/api/element.js";
