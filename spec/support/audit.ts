// Looks at every page in every mode, and writes down for the accessibility statement what was tested.
process.env.AUDIT = 'write';
process.argv.push('stories/pages');
await import('./run.ts');
