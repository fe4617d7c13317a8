// The action's end: has the tool burn what the action minted. It runs whatever came of the job.
'use strict'
const { spawnSync } = require('node:child_process')

const { env } = process
if (env['STATE_api-token']) {
  const words = ['revoke', env.STATE_registry, '--from-env=STATE_api-token']
  if (env.INPUT_CONFIG) words.push(`--config=${env.INPUT_CONFIG}`)
  const { status } = spawnSync(env.STATE_tool, words, { stdio: 'inherit' })
  // What was published is published: this does not fail the job.
  if (status !== 0) {
    console.error('::warning title=token-broker action::The API token was not burned. It expires by itself within minutes.')
  }
}
