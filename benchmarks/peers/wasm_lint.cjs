// The lint of Prisma's own engine, as a process of its own: node wasm_lint.cjs SCHEMA
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message() {} };
const engine = require("@prisma/prisma-schema-wasm");
const [, , path] = process.argv;
const text = require("fs").readFileSync(path, "utf8");
console.log(engine.lint(JSON.stringify([[path, text]])));
