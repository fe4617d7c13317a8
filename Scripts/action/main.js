// The action's beginning: starts what mints, and leaves its outputs to the action's end as well. The runner hands them to
// post.js as STATE_ variables (docs.github.com, "Workflow commands for GitHub Actions", sending values to the post action).
'use strict'
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const { env } = process
const child = spawn('bash', [path.join(__dirname, 'run')], {
  stdio: 'inherit',
  env: {
    ...env,
    TOKEN_BROKER_ACTION_VERSION: env.INPUT_VERSION,
    TOKEN_BROKER_ACTION_TARGET: env.INPUT_TARGET,
    TOKEN_BROKER_ACTION_PROJECT: env.INPUT_PROJECT,
    TOKEN_BROKER_ACTION_AUDIENCE: env.INPUT_AUDIENCE,
    TOKEN_BROKER_ACTION_CONFIG: env.INPUT_CONFIG,
  },
})
// A job that is cancelled signals this process alone.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`::error title=token-broker action::bash does not start: ${error.code}. The action needs bash on the runner.`)
  process.exitCode = 1
})
child.on('close', (status) => {
  // Whatever ended it: an API token that is an output is burned when the job ends.
  fs.appendFileSync(env.GITHUB_STATE, fs.readFileSync(env.GITHUB_OUTPUT))
  process.exitCode = status ?? 1
})
