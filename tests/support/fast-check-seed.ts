import fc from 'fast-check';

/*
 * The same examples in every ordinary run, so that a change fails for what it changed; others in each nightly run,
 * which sets DARS_PROPERTY_RUNS to try more.
 */
if (process.env['DARS_PROPERTY_RUNS'] === undefined) fc.configureGlobal({ seed: 20_261_120 });
