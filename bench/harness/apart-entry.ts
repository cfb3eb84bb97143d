/** The process of `measureApart`: node --import tsx bench/harness/apart-entry.ts <module> <order as JSON>. */
const [module = '', order = 'null'] = process.argv.slice(2);
const { measure } = await import(module);
process.send?.(await measure(JSON.parse(order)), () => process.disconnect());
