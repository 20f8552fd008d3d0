// The lint of Prisma's own engine, as a process of its own: node wasm_lint.cjs ENGINE SCHEMA
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message() {} };
const [, , name, path] = process.argv;
const engine = require(name);
const text = require("fs").readFileSync(path, "utf8");
console.log(engine.lint(JSON.stringify([[path, text]])));
