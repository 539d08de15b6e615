import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

const PROXIED = ['/graphql', '/api', '/media', '/healthy'];

// `npm run dev` serves the app with hot reload and hands everything else to the backend on PORT.
export default defineConfig(({ mode }) => {
  const { PORT = '7262' } = loadEnv(mode, '.', '');
  const backend = `http://127.0.0.1:${PORT}`;
  const toBackend = { target: backend, changeOrigin: true, headers: { origin: backend } };
  return {
    plugins: [react()],
    server: {
      port: 5173,
      proxy: Object.fromEntries(PROXIED.map((path) => [path, toBackend])),
    },
    // Nothing inlined: the server's Content-Security-Policy allows fonts from files only.
    // How large the first script may get is watched by tests/e2e/test_bundle.py, gzipped.
    build: {
      outDir: 'dist',
      target: 'es2022',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 700,
    },
    worker: { format: 'es' },
  };
});
