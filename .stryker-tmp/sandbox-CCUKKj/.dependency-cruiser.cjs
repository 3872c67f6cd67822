/** The arrows of docs/architecture.md: contexts and runtime know the kernel; apps know everything. */
// @ts-nocheck

const library = (name) => `^libs/${name}/`;
module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'kernel-knows-nobody',
      severity: 'error',
      from: { path: library('kernel') },
      to: { path: '^(libs/(?!kernel/)|apps/|node_modules/(@nestjs|mongodb|@eventstore|rxjs))' },
    },
    {
      name: 'contexts-know-only-the-kernel',
      severity: 'error',
      from: { path: '^libs/contexts/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs/(runtime|local|ports)/|apps/|node_modules/(@nestjs|mongodb|@eventstore|rxjs))' },
    },
    {
      name: 'contexts-are-pure',
      severity: 'error',
      from: { path: '^libs/contexts/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'another-context-only-by-its-door',
      severity: 'error',
      from: { path: '^libs/contexts/([^/]+)/' },
      to: { path: '^libs/contexts/[^/]+/', pathNot: ['^libs/contexts/$1/', '^libs/contexts/[^/]+/index\\.ts$'] },
    },
    {
      name: 'runtime-knows-the-kernel-and-ports',
      severity: 'error',
      from: { path: library('runtime'), pathNot: '\\.spec\\.ts$' },
      to: { path: '^(libs/(contexts|local)/|apps/)' },
    },
    {
      name: 'ports-know-the-kernel',
      severity: 'error',
      from: { path: library('ports') },
      to: { path: '^(libs/(contexts|local|runtime)/|apps/)' },
    },
    { name: 'local-stands-alone', severity: 'error', from: { path: library('local') }, to: { path: '^(libs/(?!local/)|apps/)' } },
    { name: 'no-orphan-packages', severity: 'error', from: {}, to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: '^(dist|test/bench/peers)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
